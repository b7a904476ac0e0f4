-- Live pages below one parent, or at the top, on one side of a place, nearest first.
SELECT p.page_id, p.place FROM read_model.page p
 WHERE p.workspace_id = $1 AND p.live AND {below} AND (p.place, p.page_id) {side} ($2::text, $3::uuid)
 ORDER BY p.place {way}, p.page_id {way} LIMIT $4
