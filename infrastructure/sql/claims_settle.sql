-- A slug leads to the page that claimed it last.
INSERT INTO read_model_next.page_slug (workspace_id, slug, page_id)
SELECT DISTINCT ON (workspace_id, slug) workspace_id, slug, page_id FROM claim ORDER BY workspace_id, slug, position DESC
