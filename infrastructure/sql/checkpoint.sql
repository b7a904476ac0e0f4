-- How far a projection has got.
SELECT position FROM daybook.checkpoint WHERE workspace_id = $1 AND projection = $2 AND generation = 1
