-- Documents by their passage that is nearest to a vector, best first.
WITH near AS MATERIALIZED ({near})
SELECT s.document_id, max(n.similarity) AS similarity, (array_agg(s.ordinal ORDER BY n.similarity DESC, s.ordinal))[1] AS ordinal,
       (SELECT count(*) FROM near) AS passages
  FROM near n
 -- Each by its key, whatever the planner thinks of how many are near.
 CROSS JOIN LATERAL (
    SELECT s.document_id, s.ordinal FROM search.passage s WHERE s.workspace_id = :workspace AND s.digest = n.digest OFFSET 0
 ) s
 CROSS JOIN LATERAL (
    SELECT d.kind, d.page_id FROM search.document d WHERE d.workspace_id = :workspace AND d.document_id = s.document_id OFFSET 0
 ) d
 WHERE d.kind = ANY (:kinds::text[]) {restriction}
   -- An update is in the trash with its page, of which its own stream knows nothing.
   AND (d.kind <> 'update' OR EXISTS (
     SELECT FROM read_model.page p WHERE p.workspace_id = :workspace AND p.page_id = d.page_id AND p.live))
 GROUP BY s.document_id
 ORDER BY max(n.similarity) DESC, s.document_id LIMIT :documents::integer
