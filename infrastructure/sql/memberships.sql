-- The workspaces of a person, those joined first in front; invitations last.
SELECT workspace_id, workspace, role, status, doc FROM daybook.find_memberships($1)
