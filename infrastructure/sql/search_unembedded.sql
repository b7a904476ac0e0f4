-- The workspaces in which passages have no vector of a model.
SELECT w AS workspace_id FROM search.unembedded_workspaces($1) w
