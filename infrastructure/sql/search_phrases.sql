-- Phrases as the index has them: what a passage has to match, and the lexemes that stand in postings ($3 is the longest, in bytes). Of one
-- that is open ($4), the last word may go on. Phrases without a word that counts are left out.
SELECT n.words, CASE WHEN n.open THEN p.query::text || ':*' ELSE p.query::text END AS query,
       ARRAY(SELECT l.lexeme FROM unnest(to_tsvector($1::text::regconfig, n.words)) l
              WHERE octet_length(l.lexeme) <= $3
                AND NOT (n.open AND l.lexeme = (SELECT w.lexeme FROM unnest(to_tsvector($1::text::regconfig, n.words)) w
                                                 ORDER BY w.positions[cardinality(w.positions)] DESC LIMIT 1))) AS lexemes
  FROM unnest($2::text[], $4::boolean[]) n(words, open)
 CROSS JOIN LATERAL (SELECT phraseto_tsquery($1::text::regconfig, n.words) AS query) p
 WHERE numnode(p.query) > 0
