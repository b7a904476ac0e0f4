-- Live items of a kind that match, in their order, after one of them and from an offset on, each with the page it names; and in every
-- row how many match in all. Items of a kind that goes with its page ($3) are left out while that is in the trash.
WITH found AS MATERIALIZED (
  SELECT i.item_id, i.moment
    FROM read_model.item i
   WHERE i.workspace_id = $1 AND i.kind = $2 AND i.live
     AND (NOT $3::boolean OR (SELECT p.live FROM read_model.page p WHERE p.workspace_id = $1 AND p.page_id = i.page_id))
     AND ($4::uuid IS NULL OR i.page_id = $4) AND ($5::text[] IS NULL OR i.standing = ANY ($5))
     AND ($6::timestamptz IS NULL OR i.moment >= $6) AND ($7::timestamptz IS NULL OR i.moment <= $7)
), chosen AS MATERIALIZED (
  SELECT f.item_id, f.moment
    FROM found f
   WHERE $8::timestamptz IS NULL OR (f.moment, f.item_id) {side} ($8, $9::uuid)
   ORDER BY f.moment {way}, f.item_id {way} LIMIT $10 OFFSET $11
)
SELECT t.total, c.item_id, c.moment, c.doc, c.page_id, c.slug, c.title, c.page_live
  FROM (SELECT count(*) AS total FROM found) t
  LEFT JOIN (
    SELECT chosen.moment, shown.* FROM chosen CROSS JOIN LATERAL (
      SELECT i.item_id, i.doc, p.page_id, p.slug, p.title, p.live AS page_live
        FROM read_model.item i
        LEFT JOIN read_model.page p ON p.workspace_id = i.workspace_id AND p.page_id = i.page_id
       WHERE i.workspace_id = $1 AND i.item_id = chosen.item_id OFFSET 0
    ) shown
  ) c ON true
 ORDER BY c.moment {way}, c.item_id {way}
