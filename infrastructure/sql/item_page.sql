-- The page that an id, or a slug where the id is null, leads to; also in the trash.
SELECT p.page_id, p.slug, p.title, p.live
  FROM read_model.page p
 WHERE p.workspace_id = $1
   AND p.page_id = CASE WHEN $2::uuid IS NOT NULL THEN $2::uuid ELSE (
     SELECT s.page_id FROM read_model.page_slug s WHERE s.workspace_id = $1 AND s.slug = $3
   ) END
