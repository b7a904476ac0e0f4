-- How large the pages to be searched are, so that their texts may lie in memory together; what is no page has little.
SELECT wanted.id AS page_id, coalesce(p.content_bytes, 0) AS content_bytes
  FROM unnest($2::uuid[]) wanted(id) LEFT JOIN LATERAL (
    SELECT p.content_bytes FROM read_model.page p WHERE p.workspace_id = $1 AND p.page_id = wanted.id AND p.live OFFSET 0
  ) p ON true
 ORDER BY wanted.id
