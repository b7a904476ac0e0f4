-- The workspaces with passages to embed.
SELECT w AS workspace_id FROM search.pending_workspaces() w
