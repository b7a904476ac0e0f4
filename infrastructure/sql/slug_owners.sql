-- Who has, or last had, each of these slugs: whether that page is live, and its present slug.
SELECT s.slug, s.page_id,
       (SELECT p.live FROM read_model.page p WHERE p.workspace_id = s.workspace_id AND p.page_id = s.page_id) AS live,
       (SELECT p.slug FROM read_model.page p WHERE p.workspace_id = s.workspace_id AND p.page_id = s.page_id) AS present
  FROM read_model.page_slug s
 WHERE s.workspace_id = $1 AND s.slug = ANY ($2)
