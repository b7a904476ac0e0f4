-- Lets go of vectors whose texts stand nowhere any more.
DELETE FROM search.vector v
 WHERE v.workspace_id = $1 AND NOT EXISTS (SELECT FROM search.passage s WHERE s.workspace_id = $1 AND s.digest = v.digest)
