-- The first count in a workspace's index that is not what its passages give; those of titles ($2) count $3 times.
WITH expected AS MATERIALIZED (
  SELECT s.document_id, l.lexeme COLLATE "C" AS lexeme,
         sum(cardinality(l.positions) * CASE s.ordinal WHEN $2::integer THEN $3::integer ELSE 1 END)::integer AS count
    FROM search.passage s CROSS JOIN LATERAL unnest(s.lexemes) l
   WHERE s.workspace_id = $1 AND octet_length(l.lexeme) <= $4
   GROUP BY s.document_id, l.lexeme COLLATE "C"
), kept AS MATERIALIZED (
  SELECT p.document_id, p.lexeme, p.count FROM search.posting p WHERE p.workspace_id = $1
), vocabulary AS MATERIALIZED (
  SELECT v.document_id, w.lexeme COLLATE "C" AS lexeme, w.count
    FROM search.vocabulary v CROSS JOIN LATERAL unnest(v.lexemes, v.counts) w(lexeme, count) WHERE v.workspace_id = $1
)
SELECT w.wrong FROM (
  (SELECT format('the posting of %L in %s', x.lexeme, x.document_id) AS wrong
     FROM ((TABLE expected EXCEPT TABLE kept) UNION ALL (TABLE kept EXCEPT TABLE expected)) x LIMIT 1)
  UNION ALL
  (SELECT format('the vocabulary of %s', x.document_id)
     FROM ((TABLE expected EXCEPT TABLE vocabulary) UNION ALL (TABLE vocabulary EXCEPT TABLE expected)) x LIMIT 1)
  UNION ALL
  (SELECT format('the count of documents with %L', coalesce(e.lexeme, t.lexeme))
     FROM (SELECT x.lexeme, count(*) AS documents FROM expected x GROUP BY x.lexeme) e
     FULL JOIN (SELECT m.lexeme, m.documents FROM search.term m WHERE m.workspace_id = $1) t ON t.lexeme = e.lexeme
    WHERE e.documents IS DISTINCT FROM t.documents LIMIT 1)
  UNION ALL
  (SELECT format('the length of %s', d.document_id)
     FROM search.document d WHERE d.workspace_id = $1
      AND d.words <> (SELECT coalesce(sum(x.count), 0) FROM expected x WHERE x.document_id = d.document_id) LIMIT 1)
  UNION ALL
  SELECT 'the language' FROM search.totals t
   WHERE t.workspace_id = $1
     AND t.language <> coalesce((SELECT s.language FROM read_model.search_settings s WHERE s.workspace_id = $1), $5::text)
  UNION ALL
  SELECT 'the totals' FROM search.totals t
   WHERE t.workspace_id = $1
     AND (t.documents, t.words, t.passages) IS DISTINCT FROM (
       (SELECT count(*) FROM search.document d WHERE d.workspace_id = $1)::integer,
       (SELECT coalesce(sum(d.words), 0) FROM search.document d WHERE d.workspace_id = $1)::bigint,
       (SELECT count(s.digest) FROM search.passage s WHERE s.workspace_id = $1)::integer)
) w LIMIT 1
