-- Live pages by their ids.
SELECT p.page_id, p.doc, p.stamp, p.parent_slug
  FROM unnest($2::uuid[]) wanted(page_id) CROSS JOIN LATERAL (
    SELECT p.page_id, p.doc, p.stamp,
           CASE WHEN p.parent_id IS NOT NULL THEN (
             SELECT parent.slug FROM read_model.page parent WHERE parent.workspace_id = $1 AND parent.page_id = p.parent_id
           ) END AS parent_slug
      FROM read_model.page p WHERE p.workspace_id = $1 AND p.page_id = wanted.page_id AND p.live OFFSET 0
  ) p
