-- Live pages in the order of their creation, spliced to JSON, after a page or from an offset on; and how many there are in all.
SELECT coalesce((SELECT t.live FROM read_model.page_tally t WHERE t.workspace_id = $1), 0) AS total,
       count(listed.page_id) AS pages,
       (array_agg(listed.page_id ORDER BY listed.page_id DESC))[1] AS last,
       string_agg(daybook.page_json(listed.doc, listed.stamp, parent.slug), ','::bytea ORDER BY listed.page_id) AS json
  FROM (SELECT * FROM read_model.page p
         WHERE p.workspace_id = $1 AND p.live AND ($2::uuid IS NULL OR p.page_id > $2)
         ORDER BY p.page_id LIMIT $3 OFFSET $4) listed
  LEFT JOIN read_model.page parent ON parent.workspace_id = $1 AND parent.page_id = listed.parent_id
