-- A piece of a query: live pages anywhere below some.
WITH RECURSIVE below AS (
  SELECT p.page_id FROM read_model.page p WHERE p.workspace_id = :workspace AND p.live AND p.parent_id = ANY (:parents::uuid[])
  UNION
  SELECT c.page_id FROM below b CROSS JOIN LATERAL (
    SELECT p.page_id FROM read_model.page p WHERE p.workspace_id = :workspace AND p.live AND p.parent_id = b.page_id OFFSET 0
  ) c
)
SELECT page_id FROM below
