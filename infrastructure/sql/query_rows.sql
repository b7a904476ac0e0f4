-- A query: how many pages match, and those that are wanted, in order.
WITH matched AS MATERIALIZED ({matched}), keyed AS ({keyed}),
chosen AS MATERIALIZED (
  SELECT k.page_id, row_number() OVER (ORDER BY {order}) AS nth FROM keyed k ORDER BY {order} LIMIT :limit::bigint OFFSET :offset::bigint
)
SELECT t.total, c.page_id, c.doc, c.stamp, c.parent_slug, c.place
  FROM (SELECT count(*) AS total FROM matched) t
  LEFT JOIN (
    SELECT chosen.nth, p.* FROM chosen CROSS JOIN LATERAL (
      SELECT p.page_id, p.doc, p.stamp, p.place,
             CASE WHEN p.parent_id IS NOT NULL THEN (
               SELECT parent.slug FROM read_model.page parent WHERE parent.workspace_id = :workspace AND parent.page_id = p.parent_id
             ) END AS parent_slug
        FROM read_model.page p WHERE p.workspace_id = :workspace AND p.page_id = chosen.page_id OFFSET 0
    ) p
  ) c ON true
 ORDER BY c.nth
