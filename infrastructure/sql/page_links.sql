-- One page's links, each with the live page it leads to, by slug (present or former) or by id.
SELECT l.kind, l.target, l.fragment, l.title, l.line, t.page_id, t.slug, t.page_title,
       (SELECT count(*) FROM read_model.page_link a WHERE a.workspace_id = $1 AND a.page_id = $2) AS total
  FROM read_model.page_link l
  LEFT JOIN LATERAL (
    SELECT p.page_id, p.slug, p.title AS page_title FROM read_model.page p
     WHERE p.workspace_id = $1 AND p.live AND p.page_id =
       CASE WHEN l.target ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN l.target::uuid
            ELSE (SELECT s.page_id FROM read_model.page_slug s WHERE s.workspace_id = $1 AND s.slug = l.target) END
  ) t ON true
 WHERE l.workspace_id = $1 AND l.page_id = $2
 ORDER BY l.ordinal LIMIT $3 OFFSET $4
