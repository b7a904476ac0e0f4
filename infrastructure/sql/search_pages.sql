-- Pages to be searched, by id: those of them that are live.
SELECT p.page_id, p.doc, p.version,
       CASE WHEN p.segments = 0 THEN p.tail
            ELSE (SELECT string_agg(s.body, ''::bytea ORDER BY s.segment) FROM read_model.page_segment s
                   WHERE s.workspace_id = p.workspace_id AND s.page_id = p.page_id) || p.tail
       END AS content
  FROM unnest($2::uuid[]) wanted(page_id) CROSS JOIN LATERAL (
    SELECT p.* FROM read_model.page p WHERE p.workspace_id = $1 AND p.page_id = wanted.page_id AND p.live OFFSET 0
  ) p
