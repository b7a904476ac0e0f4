-- Moves a projection on. Whatever kept it back is over.
UPDATE daybook.checkpoint SET position = $3, failures = 0, error = NULL, retry_at = NULL, parked_at = NULL
 WHERE workspace_id = $1 AND projection = $2 AND generation = 0
