-- Asks for the embedding of passages that have no vector.
INSERT INTO search.pending (workspace_id, digest)
SELECT $1, n.digest FROM (SELECT DISTINCT unnest($2::bytea[]) AS digest) n
 WHERE NOT EXISTS (SELECT FROM search.vector v WHERE v.workspace_id = $1 AND v.digest = n.digest)
ON CONFLICT DO NOTHING
