-- What is looked for, as the index has it: the lexemes, how often each is asked, in how many documents it stands; and what ranking needs
-- to know of the index. One row; $3 is the language of an index that has yet to begin.
WITH index AS MATERIALIZED (
  SELECT coalesce(max(t.language), $3) AS language, coalesce(max(t.documents), 0) AS documents, coalesce(max(t.words), 0) AS words,
         coalesce(max(t.passages), 0) AS passages, max(t.model) AS model
    FROM search.totals t WHERE t.workspace_id = $1
)
SELECT i.*, a.lexemes, a.asked, a.found,
       (SELECT count(*) FROM search.pending p WHERE p.workspace_id = $1 AND p.wanted) AS pending,
       to_regclass('search.vector') IS NOT NULL AS vectors_kept
  FROM index i CROSS JOIN LATERAL (
    SELECT array_agg(q.lexeme) AS lexemes, array_agg(cardinality(q.positions)) AS asked,
           array_agg((SELECT coalesce(max(m.documents), 0) FROM search.term m
                       WHERE m.workspace_id = $1 AND m.lexeme = q.lexeme COLLATE "C")) AS found
      FROM unnest(to_tsvector(i.language::regconfig, $2)) q
  ) a
