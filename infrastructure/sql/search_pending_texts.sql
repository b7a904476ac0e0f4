-- Passages with what they take their sense from: the title of their document, and the headings they stand below.
SELECT DISTINCT ON (s.digest) s.digest, t.body AS title, s.heading, CASE WHEN s.ordinal = 0 THEN '' ELSE s.body END AS body
  FROM search.passage s
  JOIN search.passage t ON t.workspace_id = $1 AND t.document_id = s.document_id AND t.ordinal = 0
 WHERE s.workspace_id = $1 AND s.digest = ANY ($2::bytea[])
 ORDER BY s.digest
