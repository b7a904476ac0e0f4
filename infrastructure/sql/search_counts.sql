-- How often each lexeme stands in documents; those of titles ($3) count $4 times. What is no word is left out: a lexeme of over $5 bytes.
SELECT c.document_id, array_agg(c.lexeme ORDER BY c.lexeme) AS lexemes, array_agg(c.count ORDER BY c.lexeme) AS counts
  FROM (
    SELECT s.document_id, l.lexeme COLLATE "C" AS lexeme,
           sum(cardinality(l.positions) * CASE s.ordinal WHEN $3::integer THEN $4::integer ELSE 1 END)::integer AS count
      FROM unnest($2::uuid[]) wanted(document_id)
      JOIN search.passage s ON s.workspace_id = $1 AND s.document_id = wanted.document_id
     CROSS JOIN LATERAL unnest(s.lexemes) l
     WHERE octet_length(l.lexeme) <= $5
     GROUP BY s.document_id, l.lexeme COLLATE "C"
  ) c
 GROUP BY c.document_id
