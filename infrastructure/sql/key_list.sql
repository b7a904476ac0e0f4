-- A workspace's keys, oldest first; all of them, or the one with this number.
SELECT key_id, stream_id, name, environment, last_four, created_at, revoked_at FROM read_model.api_key
 WHERE workspace_id = $1 AND ($2::bigint IS NULL OR key_id = $2)
 ORDER BY key_id
