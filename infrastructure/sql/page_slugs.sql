-- Every slug that leads to one of some pages.
SELECT s.slug FROM read_model.page_slug s WHERE s.workspace_id = $1 AND s.page_id = ANY ($2::uuid[])
