-- What is in a workspace's index, how much of it has yet to be embedded, and whose vectors it has: one row.
SELECT coalesce(max(t.documents), 0) AS documents, coalesce(max(t.passages), 0) AS passages, max(t.model) AS model,
       (SELECT count(*) FROM search.pending p WHERE p.workspace_id = $1 AND p.wanted) AS pending,
       to_regclass('search.vector') IS NOT NULL AS vectors_kept
  FROM search.totals t WHERE t.workspace_id = $1
