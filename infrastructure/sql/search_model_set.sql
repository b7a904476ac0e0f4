-- The vectors of a workspace are of this model from now on: those of others go, and all texts are asked for.
WITH others AS (
  DELETE FROM search.vector v WHERE v.workspace_id = $1 AND v.model <> $2
), adopted AS (
  UPDATE search.totals t SET model = $2 WHERE t.workspace_id = $1
)
INSERT INTO search.pending (workspace_id, digest, wanted)
SELECT DISTINCT $1::uuid, s.digest, true FROM search.passage s
 WHERE s.workspace_id = $1 AND s.digest IS NOT NULL
   AND NOT EXISTS (SELECT FROM search.vector v WHERE v.workspace_id = $1 AND v.model = $2 AND v.digest = s.digest)
ON CONFLICT (workspace_id, digest) DO UPDATE SET wanted = true
