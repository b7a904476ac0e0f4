-- Asks no more for the embedding of texts that stand nowhere any more.
DELETE FROM search.pending p
 WHERE p.workspace_id = $1 AND p.digest = ANY ($2::bytea[])
   AND NOT EXISTS (SELECT FROM search.passage s WHERE s.workspace_id = $1 AND s.digest = p.digest)
