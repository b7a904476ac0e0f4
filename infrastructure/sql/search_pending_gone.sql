-- Asks for the removal of vectors of texts that stand nowhere any more. Also where there is none yet: one may be on its way.
INSERT INTO search.pending (workspace_id, digest, wanted)
SELECT $1, n.digest, false FROM (SELECT DISTINCT unnest($2::bytea[]) AS digest) n
 WHERE NOT EXISTS (SELECT FROM search.passage s WHERE s.workspace_id = $1 AND s.digest = n.digest)
ON CONFLICT (workspace_id, digest) DO UPDATE SET wanted = false
