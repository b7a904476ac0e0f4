-- The workspaces whose vectors are not of a model.
SELECT w AS workspace_id FROM search.workspaces_without($1) w
