-- A workspace's name.
SELECT name FROM read_model.workspace WHERE workspace_id = $1
