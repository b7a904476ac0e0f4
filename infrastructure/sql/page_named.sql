-- The page that each reference leads to, if it is live: an id, or else a slug.
SELECT w.reference, p.page_id
  FROM unnest($2::text[], $3::uuid[]) w(reference, id)
 CROSS JOIN LATERAL (
    SELECT p.page_id FROM read_model.page p
     WHERE p.workspace_id = $1 AND p.live AND p.page_id = CASE WHEN w.id IS NOT NULL THEN w.id ELSE (
       SELECT s.page_id FROM read_model.page_slug s WHERE s.workspace_id = $1 AND s.slug = w.reference
     ) END
    OFFSET 0
  ) p
