-- The links that are stored of some pages.
SELECT workspace_id, page_id, ordinal, kind, target, fragment, title, line, context
  FROM read_model.page_link WHERE workspace_id = $1 AND page_id = ANY ($2::uuid[]) ORDER BY page_id, ordinal
