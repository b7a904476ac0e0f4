-- The read model of a thread.
INSERT INTO read_model.thread (workspace_id, thread_id, provider_thread_id, author, shared, live, created_at, overdue_from, version, doc)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (workspace_id, thread_id) DO UPDATE SET
  shared = excluded.shared, live = excluded.live, overdue_from = excluded.overdue_from, version = excluded.version, doc = excluded.doc
