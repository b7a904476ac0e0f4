-- Moves a checkpoint on; nothing comes back if it is already as far.
INSERT INTO daybook.checkpoint AS c (workspace_id, projection, position) VALUES ($1, $2, $3)
ON CONFLICT (workspace_id, projection, generation) DO UPDATE SET position = excluded.position WHERE c.position < excluded.position
RETURNING position
