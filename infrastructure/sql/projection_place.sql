-- How far a workspace's log goes, and how far a projection has got in it.
SELECT h.position AS head,
       (SELECT c.position FROM daybook.checkpoint c
         WHERE c.workspace_id = $1 AND c.projection = $2 AND c.generation = 0) AS position,
       (SELECT c.parked_at IS NOT NULL FROM daybook.checkpoint c
         WHERE c.workspace_id = $1 AND c.projection = $2 AND c.generation = 0) AS parked
  FROM daybook.workspace_head h
 WHERE h.workspace_id = $1
