-- Documents by their passage that is nearest to a vector, best first.
WITH near AS MATERIALIZED ({near})
SELECT s.document_id, max(n.similarity) AS similarity, (array_agg(s.ordinal ORDER BY n.similarity DESC, s.ordinal))[1] AS ordinal,
       (SELECT count(*) FROM near) AS passages
  FROM near n
  JOIN search.passage s ON s.workspace_id = :workspace AND s.digest = n.digest
  JOIN search.document d ON d.workspace_id = :workspace AND d.document_id = s.document_id
 WHERE d.kind = ANY (:kinds::text[]) {restriction}
 GROUP BY s.document_id
 ORDER BY max(n.similarity) DESC, s.document_id LIMIT :documents::integer
