-- How far one of Daybook's own projections has got in a workspace.
SELECT position FROM daybook.checkpoint WHERE workspace_id = $1 AND projection = $2 AND generation = 0
