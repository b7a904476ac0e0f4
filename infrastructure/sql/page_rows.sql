-- Live pages by their ids, in the order of these.
SELECT p.doc, p.stamp, p.parent_slug, wanted.page_id
  FROM unnest($2::uuid[]) WITH ORDINALITY wanted(page_id, nth) CROSS JOIN LATERAL (
    SELECT p.doc, p.stamp,
           CASE WHEN p.parent_id IS NOT NULL THEN (
             SELECT parent.slug FROM read_model.page parent WHERE parent.workspace_id = $1 AND parent.page_id = p.parent_id
           ) END AS parent_slug
      FROM read_model.page p WHERE p.workspace_id = $1 AND p.page_id = wanted.page_id AND p.live OFFSET 0
  ) p
 ORDER BY wanted.nth
