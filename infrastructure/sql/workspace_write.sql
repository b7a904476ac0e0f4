-- The read model of a workspace.
INSERT INTO read_model.workspace (workspace_id, name, created_at) VALUES ($1, $2, $3)
