-- Asks for the removal of all vectors whose texts stand nowhere any more.
INSERT INTO search.pending (workspace_id, digest, wanted)
SELECT DISTINCT $1::uuid, v.digest, false FROM search.vector v
 WHERE v.workspace_id = $1 AND NOT EXISTS (SELECT FROM search.passage s WHERE s.workspace_id = $1 AND s.digest = v.digest)
ON CONFLICT (workspace_id, digest) DO UPDATE SET wanted = false
