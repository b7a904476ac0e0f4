-- Live pages in the order of their creation, spliced to JSON, after a page or from an offset on; and how many there are in all.
SELECT coalesce((SELECT t.live FROM read_model.page_tally t WHERE t.workspace_id = $1), 0) AS total,
       count(*) AS pages,
       (array_agg(listed.page_id ORDER BY listed.page_id))[count(*)] AS last,
       string_agg(listed.json, ','::bytea ORDER BY listed.page_id) AS json
  FROM (SELECT p.page_id,
               -- Asked for each page that has a parent, by primary key; a join would be free to read the whole workspace for it.
               daybook.page_json(p.doc, p.stamp, CASE WHEN p.parent_id IS NOT NULL THEN (
                 SELECT parent.slug FROM read_model.page parent WHERE parent.workspace_id = $1 AND parent.page_id = p.parent_id
               ) END) AS json
          FROM read_model.page p
         WHERE p.workspace_id = $1 AND p.live AND ($2::uuid IS NULL OR p.page_id > $2)
         ORDER BY p.page_id LIMIT $3 OFFSET $4) listed
