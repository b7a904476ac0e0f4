-- The texts of live pages.
SELECT p.page_id,
       CASE WHEN p.segments = 0 THEN p.tail
            ELSE (SELECT string_agg(s.body, ''::bytea ORDER BY s.segment) FROM read_model.page_segment s
                   WHERE s.workspace_id = p.workspace_id AND s.page_id = p.page_id) || p.tail
       END AS content
  FROM read_model.page p WHERE p.workspace_id = $1 AND p.page_id = ANY ($2::uuid[]) AND p.live
