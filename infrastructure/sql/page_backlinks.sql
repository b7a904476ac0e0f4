-- Links of live pages to one page, by any slug that leads to it or by its id; pages in the order they were made.
SELECT l.kind, l.target, l.line, l.context, p.page_id, p.slug, p.title, count(*) OVER () AS total
  FROM read_model.page_link l
  JOIN read_model.page p ON p.workspace_id = $1 AND p.page_id = l.page_id AND p.live
 WHERE l.workspace_id = $1
   AND l.target = ANY (ARRAY(SELECT s.slug FROM read_model.page_slug s WHERE s.workspace_id = $1 AND s.page_id = $2) || $2::text)
 ORDER BY l.page_id, l.ordinal LIMIT $3 OFFSET $4
