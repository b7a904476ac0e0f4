-- Threads that somebody may see, live or in the trash ($3), newest first, after one of them and from an offset on. Each half comes in
-- order from its own index, so that one's few are not looked for among everybody's.
SELECT thread_id, created_at, doc FROM (
  (SELECT t.thread_id, t.created_at, t.doc FROM read_model.thread t
    WHERE t.workspace_id = $1 AND t.author = $2 AND t.live = $3
      AND ($4::timestamptz IS NULL OR (t.created_at, t.thread_id) < ($4, $5::uuid))
    ORDER BY t.created_at DESC, t.thread_id DESC LIMIT $6::bigint + $7::bigint)
  UNION ALL
  (SELECT t.thread_id, t.created_at, t.doc FROM read_model.thread t
    WHERE t.workspace_id = $1 AND t.shared AND t.author <> $2 AND t.live = $3
      AND ($4::timestamptz IS NULL OR (t.created_at, t.thread_id) < ($4, $5::uuid))
    ORDER BY t.created_at DESC, t.thread_id DESC LIMIT $6::bigint + $7::bigint)
) visible
 ORDER BY created_at DESC, thread_id DESC LIMIT $6::bigint OFFSET $7::bigint
