-- Lets go of the vectors of texts that stand nowhere any more.
DELETE FROM search.vector v
 WHERE v.workspace_id = $1 AND v.digest = ANY ($2::bytea[])
   AND NOT EXISTS (SELECT FROM search.passage s WHERE s.workspace_id = $1 AND s.digest = v.digest)
