-- The workspaces of a person, those joined first in front; invitations last.
SELECT workspace_id, workspace, doc FROM daybook.find_memberships($1)
