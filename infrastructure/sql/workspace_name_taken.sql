-- Whether a workspace has this name.
SELECT EXISTS (SELECT FROM read_model.workspace WHERE name = $1)
