-- How many live items of a kind match in all, as `item_list` finds them.
SELECT count(*)
  FROM read_model.item i
 WHERE i.workspace_id = $1 AND i.kind = $2 AND i.live
   AND (NOT $3::boolean OR (SELECT p.live FROM read_model.page p WHERE p.workspace_id = $1 AND p.page_id = i.page_id))
   AND ($4::uuid IS NULL OR i.page_id = $4) AND ($5::text[] IS NULL OR i.standing = ANY ($5))
   AND ($6::timestamptz IS NULL OR i.moment >= $6) AND ($7::timestamptz IS NULL OR i.moment <= $7)
