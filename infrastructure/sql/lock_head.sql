-- Takes a workspace for one session: nobody else appends to it until the transaction ends.
SELECT position FROM daybook.workspace_head WHERE workspace_id = $1 FOR UPDATE
