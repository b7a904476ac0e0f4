-- A page at version $4, or, where that is null, before its first event later than $5: the newest snapshot up to there and the events
-- since then, all in one answer. By id, or by slug where the id is null; pages in the trash as well. Without the text if not $6.
-- OFFSET 0 keeps a step from being repeated wherever its result is used.
SELECT p.page_id, p.version AS newest,
       CASE WHEN $2::uuid IS NULL THEN (
         SELECT s.contested FROM read_model.page_slug s WHERE s.workspace_id = $1 AND s.slug = $3
       ) END AS contested,
       s.version, s.latest_at, s.archived_root, s.doc, s.aside, s.stamp,
       CASE WHEN $6::boolean AND whole.version IS NULL THEN s.content END AS content,
       tail.versions, tail.types, tail.schema_versions, tail.data, tail.meta, tail.effective
  FROM read_model.page p
 CROSS JOIN LATERAL (
    SELECT CASE WHEN $4::integer IS NOT NULL THEN (
             SELECT s.version FROM read_model.page_snapshot s
              WHERE s.workspace_id = $1 AND s.page_id = p.page_id AND s.version <= $4 ORDER BY s.version DESC LIMIT 1
           ) ELSE (
             SELECT s.version FROM read_model.page_snapshot s
              WHERE s.workspace_id = $1 AND s.page_id = p.page_id AND s.latest_at <= $5::timestamptz
              ORDER BY s.latest_at DESC, s.version DESC LIMIT 1
           ) END AS version
    OFFSET 0
  ) kept
 CROSS JOIN LATERAL (SELECT CASE WHEN kept.version IS NULL THEN 0 ELSE kept.version END AS version OFFSET 0) base
 CROSS JOIN LATERAL (
    SELECT CASE WHEN $4::integer IS NOT NULL THEN $4 + 1 ELSE (
             SELECT e.version FROM daybook.event e
              WHERE e.workspace_id = $1 AND e.stream_id = p.page_id AND e.version > base.version AND e.effective_at > $5::timestamptz
              ORDER BY e.version LIMIT 1
           ) END AS version
    OFFSET 0
  ) later
 CROSS JOIN LATERAL (SELECT CASE WHEN later.version IS NULL THEN p.version ELSE later.version - 1 END AS version OFFSET 0) wanted
 CROSS JOIN LATERAL (
    -- Nothing of the text before it was last replaced as a whole is needed.
    SELECT (SELECT e.version FROM daybook.event e
             WHERE e.workspace_id = $1 AND e.stream_id = p.page_id AND e.version > base.version AND e.version <= wanted.version
               AND e.type = 'page.content_replaced'
             ORDER BY e.version DESC LIMIT 1) AS version
    OFFSET 0
  ) whole
  LEFT JOIN read_model.page_snapshot s ON s.workspace_id = $1 AND s.page_id = p.page_id AND s.version = kept.version
 CROSS JOIN LATERAL (
    SELECT array_agg(e.version) AS versions, array_agg(e.type) AS types, array_agg(e.schema_version) AS schema_versions,
           array_agg(e.meta) AS meta, array_agg(e.effective_at) AS effective,
           array_agg(CASE WHEN e.type IN ('page.content_appended', 'page.content_edited', 'page.content_replaced')
                               AND (NOT $6::boolean OR e.version < whole.version)
                          THEN NULL ELSE e.data END) AS data
      FROM (SELECT * FROM daybook.event e
             WHERE e.workspace_id = $1 AND e.stream_id = p.page_id AND e.version > base.version AND e.version <= wanted.version
             ORDER BY e.version) e
  ) tail
 WHERE p.workspace_id = $1
   -- CASE and not coalesce: beneath a policy the planner takes coalesce for leaky and would read the whole workspace.
   AND p.page_id = CASE WHEN $2::uuid IS NOT NULL THEN $2::uuid ELSE (
     SELECT s.page_id FROM read_model.page_slug s WHERE s.workspace_id = $1 AND s.slug = $3
   ) END
