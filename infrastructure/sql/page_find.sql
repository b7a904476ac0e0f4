-- The page that has, or last had, a slug.
SELECT page_id FROM read_model.page_slug WHERE workspace_id = $1 AND slug = $2
