-- How long the texts of pages are that may have got other links; 0 for those in the trash, which have none.
SELECT p.page_id, CASE WHEN p.live THEN p.content_bytes ELSE 0 END AS content_bytes
  FROM read_model.page p WHERE p.workspace_id = $1 AND p.page_id = ANY ($2::uuid[]) ORDER BY p.page_id
