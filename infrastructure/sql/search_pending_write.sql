-- Asks for vectors of texts that have none.
INSERT INTO search.pending (workspace_id, digest, wanted)
SELECT $1, n.digest, true FROM (SELECT DISTINCT unnest($2::bytea[]) AS digest) n
 WHERE NOT EXISTS (
   SELECT FROM search.totals t JOIN search.vector v ON v.workspace_id = $1 AND v.digest = n.digest AND v.model = t.model
    WHERE t.workspace_id = $1
 )
ON CONFLICT (workspace_id, digest) DO UPDATE SET wanted = true
