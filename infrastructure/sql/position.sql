-- The position of a workspace's newest event.
SELECT position FROM daybook.workspace_head WHERE workspace_id = $1
