-- The streams of the first events after a position.
SELECT e.stream_id FROM daybook.event e WHERE e.workspace_id = $1 AND e.position > $2 ORDER BY e.position LIMIT $3
