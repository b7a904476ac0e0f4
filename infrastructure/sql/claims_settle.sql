-- A slug leads to the page that claimed it last.
INSERT INTO read_model_next.page_slug (workspace_id, slug, page_id, contested, original)
SELECT workspace_id, slug, (array_agg(page_id ORDER BY position DESC))[1],
       count(DISTINCT page_id) > 1, count(DISTINCT page_id) = 1 AND bool_or(original)
  FROM claim GROUP BY workspace_id, slug
