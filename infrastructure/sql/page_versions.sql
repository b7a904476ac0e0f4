-- Some versions of a page, oldest first: $4 of them after leaving out the newest $5; or the one version $6. Before them come the
-- events since the snapshot in front, from which the size of the text is counted on. One row without an event if there is none.
SELECT p.page_id, p.version AS newest, p.aside, p.slug, p.title, wanted.first,
       base.content_bytes, base.content_hash,
       e.position, e.version, e.type, e.schema_version, e.meta, e.effective_at,
       CASE WHEN e.version >= wanted.first
              OR e.type IN ('page.created', 'page.content_appended', 'page.content_edited', 'page.content_replaced', 'page.reverted')
            THEN e.data END AS data
  FROM read_model.page p
 CROSS JOIN LATERAL (
    SELECT CASE WHEN $6::integer IS NOT NULL THEN $6 ELSE p.version - $5::bigint END AS last,
           CASE WHEN $6::integer IS NOT NULL THEN $6 ELSE p.version - $5::bigint - $4::bigint + 1 END AS first
    OFFSET 0
  ) wanted
  LEFT JOIN LATERAL (
    SELECT s.version, s.content_bytes, s.content_hash FROM read_model.page_snapshot s
     WHERE s.workspace_id = $1 AND s.page_id = p.page_id AND s.version < wanted.first ORDER BY s.version DESC LIMIT 1
  ) base ON true
  LEFT JOIN daybook.event e ON e.workspace_id = $1 AND e.stream_id = p.page_id
   AND e.version > CASE WHEN base.version IS NULL THEN 0 ELSE base.version END AND e.version <= wanted.last
 WHERE p.workspace_id = $1
   AND p.page_id = CASE WHEN $2::uuid IS NOT NULL THEN $2::uuid ELSE (
     SELECT s.page_id FROM read_model.page_slug s WHERE s.workspace_id = $1 AND s.slug = $3
   ) END
 ORDER BY e.version
