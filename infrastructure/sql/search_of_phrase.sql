-- A piece of a search: documents with some words next to each other.
SELECT DISTINCT s.document_id
  FROM search.passage s
 WHERE s.workspace_id = :workspace AND s.lexemes @@ phraseto_tsquery(:language::text::regconfig, :phrase::text)
   AND s.document_id IN (
     SELECT p.document_id FROM search.posting p
      WHERE p.workspace_id = :workspace AND p.lexeme = ANY (tsvector_to_array(to_tsvector(:language::text::regconfig, :phrase::text)))
      GROUP BY p.document_id
     HAVING count(*) = cardinality(tsvector_to_array(to_tsvector(:language::text::regconfig, :phrase::text)))
   )
