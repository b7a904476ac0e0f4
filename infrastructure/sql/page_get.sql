-- One live page with its content, by id, or by slug where the id is null.
SELECT p.page_id, p.version, p.content_hash, p.title, p.slug, p.doc, p.stamp,
       CASE WHEN $2::uuid IS NULL THEN (
         SELECT s.contested FROM read_model.page_slug s WHERE s.workspace_id = $1 AND s.slug = $3
       ) END AS contested,
       CASE WHEN p.parent_id IS NOT NULL THEN (
         SELECT NOT s.original FROM read_model.page_slug s WHERE s.workspace_id = $1 AND s.slug = (
           SELECT parent.slug FROM read_model.page parent WHERE parent.workspace_id = $1 AND parent.page_id = p.parent_id
         )
       ) END AS parent_renamed,
       CASE WHEN p.parent_id IS NOT NULL THEN (
         SELECT parent.slug FROM read_model.page parent WHERE parent.workspace_id = $1 AND parent.page_id = p.parent_id
       ) END AS parent_slug,
       CASE WHEN p.segments = 0 THEN p.tail
            ELSE (SELECT string_agg(s.body, ''::bytea ORDER BY s.segment) FROM read_model.page_segment s
                   WHERE s.workspace_id = p.workspace_id AND s.page_id = p.page_id) || p.tail
       END AS content
  FROM read_model.page p
 WHERE p.workspace_id = $1 AND p.live
   -- CASE and not coalesce: beneath a policy the planner takes coalesce for leaky and would read the whole workspace.
   AND p.page_id = CASE WHEN $2::uuid IS NOT NULL THEN $2::uuid ELSE (
     SELECT s.page_id FROM read_model.page_slug s WHERE s.workspace_id = $1 AND s.slug = $3
   ) END
