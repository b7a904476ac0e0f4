-- Live pages right below a page, in their order, after a place.
SELECT p.page_id, p.place, p.doc FROM read_model.page p
 WHERE p.workspace_id = $1 AND p.live AND p.parent_id = $2 AND (p.place, p.page_id) > ($3::text, $4::uuid)
 ORDER BY p.place, p.page_id LIMIT $5
