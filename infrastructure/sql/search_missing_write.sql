-- Asks for the embedding of all passages that have no vector of a model.
INSERT INTO search.pending (workspace_id, digest)
SELECT DISTINCT $1::uuid, s.digest FROM search.passage s
 WHERE s.workspace_id = $1 AND s.digest IS NOT NULL
   AND NOT EXISTS (SELECT FROM search.vector v WHERE v.workspace_id = $1 AND v.model = $2 AND v.digest = s.digest)
ON CONFLICT DO NOTHING
