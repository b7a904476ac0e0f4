-- Live items of a kind that match, in their order, after one of them and from an offset on, each with the page it names. Items of a kind
-- that goes with its page ($3) are left out while that is in the trash.
SELECT i.item_id, i.moment, i.doc, p.page_id, p.slug, p.title, p.live AS page_live
  FROM read_model.item i
  -- Asked for each item by primary key; a join would be free to read the whole workspace for it.
  LEFT JOIN LATERAL (
    SELECT p.page_id, p.slug, p.title, p.live FROM read_model.page p
     WHERE p.workspace_id = $1 AND p.page_id = i.page_id OFFSET 0
  ) p ON true
 WHERE i.workspace_id = $1 AND i.kind = $2 AND i.live AND (NOT $3::boolean OR p.live)
   AND ($4::uuid IS NULL OR i.page_id = $4) AND ($5::text[] IS NULL OR i.standing = ANY ($5))
   AND ($6::timestamptz IS NULL OR i.moment >= $6) AND ($7::timestamptz IS NULL OR i.moment <= $7)
   AND ($8::timestamptz IS NULL OR (i.moment, i.item_id) {side} ($8, $9::uuid))
 ORDER BY i.moment {way}, i.item_id {way} LIMIT $10 OFFSET $11
