-- Takes a workspace of a projection until the transaction ends. Nothing comes back if another has it, or if it rests and $3 is false.
SELECT position FROM daybook.checkpoint
 WHERE workspace_id = $1 AND projection = $2 AND generation = 0 AND ($3 OR retry_at IS NULL OR retry_at <= now())
   FOR UPDATE SKIP LOCKED
