-- The workspaces with vectors to settle, whose vectors are of a model or of none yet.
SELECT w AS workspace_id FROM search.pending_workspaces($1) w
