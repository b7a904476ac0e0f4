-- Whether there is a passage that has no vector and is not asked for, where the workspace's vectors are of a model.
SELECT EXISTS (
  SELECT FROM search.totals t JOIN search.passage s ON s.workspace_id = $1 AND s.digest IS NOT NULL
   WHERE t.workspace_id = $1 AND t.model IS NOT NULL
     AND NOT EXISTS (SELECT FROM search.vector v WHERE v.workspace_id = $1 AND v.digest = s.digest AND v.model = t.model)
     AND NOT EXISTS (SELECT FROM search.pending p WHERE p.workspace_id = $1 AND p.digest = s.digest AND p.wanted)
)
