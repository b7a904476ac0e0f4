-- Workspaces in the order of their beginning; all of them, or the one with this name or id.
SELECT workspace_id, name, created_at FROM read_model.workspace
 WHERE $1::text IS NULL OR name = $1 OR workspace_id::text = $1
 ORDER BY created_at, workspace_id
