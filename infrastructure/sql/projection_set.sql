-- A rebuild has filled a projection's tables up to a position: it goes on from there.
INSERT INTO daybook.checkpoint AS c (workspace_id, projection, generation, position) VALUES ($1, $2, 0, $3)
ON CONFLICT (workspace_id, projection, generation) DO UPDATE
   SET position = excluded.position, failures = 0, error = NULL, retry_at = NULL, parked_at = NULL
