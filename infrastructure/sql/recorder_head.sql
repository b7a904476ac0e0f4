-- The last position given out.
SELECT coalesce(max(position), 0) AS position FROM daybook.workspace_head WHERE workspace_id = $1
