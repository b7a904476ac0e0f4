-- Forgets the links of some pages.
DELETE FROM read_model.page_link WHERE workspace_id = $1 AND page_id = ANY ($2::uuid[])
