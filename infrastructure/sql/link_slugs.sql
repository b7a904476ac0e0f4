-- All slugs that lead to one page.
SELECT s.slug FROM read_model.page_slug s WHERE s.workspace_id = $1 AND s.page_id = $2 ORDER BY s.slug
