-- How many links lead to one page.
SELECT count(*)
  FROM read_model.page_link l
  JOIN read_model.page p ON p.workspace_id = $1 AND p.page_id = l.page_id AND p.live
 WHERE l.workspace_id = $1
   AND l.target = ANY (ARRAY(SELECT s.slug FROM read_model.page_slug s WHERE s.workspace_id = $1 AND s.page_id = $2) || $2::text)
