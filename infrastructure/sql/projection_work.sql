-- The workspaces in which a projection has something to do.
SELECT workspace_id FROM daybook.projection_work($1, $2)
