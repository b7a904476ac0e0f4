-- One thread, by either of its ids, also in the trash.
SELECT doc FROM read_model.thread
 WHERE workspace_id = $1 AND thread_id = $2
UNION ALL
SELECT doc FROM read_model.thread
 WHERE workspace_id = $1 AND provider_thread_id = $3
 LIMIT 1
