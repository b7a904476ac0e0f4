-- Live pages that link to a target, as far as the projection got, and those that it has yet to read; with their lengths.
WITH found AS (
  SELECT l.page_id, false AS unread FROM read_model.page_link l WHERE l.workspace_id = $1 AND l.target = ANY ($2::text[])
  UNION ALL
  SELECT e.stream_id, true FROM daybook.event e
   WHERE e.workspace_id = $1 AND e.type LIKE 'page.%' AND e.position > CASE WHEN EXISTS (
       SELECT FROM daybook.checkpoint c WHERE c.workspace_id = $1 AND c.projection = $3 AND c.generation = 0
     ) THEN (SELECT c.position FROM daybook.checkpoint c WHERE c.workspace_id = $1 AND c.projection = $3 AND c.generation = 0)
     ELSE 0 END
)
SELECT p.page_id, p.content_bytes, bool_and(f.unread) AS unread
  FROM found f JOIN read_model.page p ON p.workspace_id = $1 AND p.page_id = f.page_id AND p.live
 GROUP BY p.page_id, p.content_bytes ORDER BY p.page_id LIMIT $4
