-- The row by which runners take a workspace of a projection in turns.
INSERT INTO daybook.checkpoint (workspace_id, projection, generation, position) VALUES ($1, $2, 0, 0) ON CONFLICT DO NOTHING
