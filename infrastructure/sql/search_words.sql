-- What is looked for, as the index has it: the lexemes, how often each is asked, in how many documents it stands; which phrases and
-- excluded words have any; and what ranking needs to know of the index.
SELECT t.language, t.documents, t.words, t.passages, a.lexemes, a.asked, a.found,
       (SELECT count(*) FROM search.pending p WHERE p.workspace_id = $1) AS pending,
       to_regclass('search.vector') IS NOT NULL AS vectors_kept,
       ARRAY(SELECT w FROM unnest($3::text[]) w WHERE numnode(phraseto_tsquery(t.language::regconfig, w)) > 0) AS phrases,
       ARRAY(SELECT w FROM unnest($4::text[]) w WHERE numnode(phraseto_tsquery(t.language::regconfig, w)) > 0) AS excluded
  FROM search.totals t CROSS JOIN LATERAL (
    SELECT array_agg(q.lexeme) AS lexemes, array_agg(cardinality(q.positions)) AS asked,
           array_agg((SELECT coalesce(max(m.documents), 0) FROM search.term m
                       WHERE m.workspace_id = $1 AND m.lexeme = q.lexeme COLLATE "C")) AS found
      FROM unnest(to_tsvector(t.language::regconfig, $2)) q
  ) a
 WHERE t.workspace_id = $1
