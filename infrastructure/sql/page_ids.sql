-- All pages, those in the trash included, in the order of their creation, after one of them.
SELECT page_id FROM read_model.page WHERE workspace_id = $1 AND page_id > $2 ORDER BY page_id LIMIT $3
