-- Holds a workspace of a projection until the transaction ends, and answers how far the log goes.
SELECT h.position FROM daybook.checkpoint c JOIN daybook.workspace_head h ON h.workspace_id = c.workspace_id
 WHERE c.workspace_id = $1 AND c.projection = $2 AND c.generation = 0
   FOR UPDATE OF c
