-- A piece of a search: documents with some words next to each other. Those of them that postings know narrow down where to look.
SELECT DISTINCT s.document_id
  FROM search.passage s
 WHERE s.workspace_id = :workspace AND s.lexemes @@ :query::text::tsquery
   AND (cardinality(:lexemes::text[]) = 0 OR s.document_id IN (
     SELECT p.document_id FROM search.posting p
      WHERE p.workspace_id = :workspace AND p.lexeme = ANY (:lexemes::text[])
      GROUP BY p.document_id HAVING count(*) = cardinality(:lexemes::text[])
   ))
