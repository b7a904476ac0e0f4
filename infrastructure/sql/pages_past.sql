-- The metadata of the pages $2 before their first events later than $3. What has not changed since is in the page's row (and said
-- as `doc` and `stamp`); of the others come the newest snapshot up to there, the events about metadata since then, and the last
-- event of any kind, whose `last_version` is null where nothing had happened yet.
-- OFFSET 0 keeps a step from being repeated wherever its result is used.
SELECT p.page_id, p.latest_at <= $3::timestamptz AS unchanged, p.parent_id, p.live, p.slug, p.place, p.doc, p.stamp,
       s.archived_root AS base_archived_root, s.doc AS base_doc, s.aside AS base_aside,
       last.version AS last_version, last.meta AS last_meta, last.effective_at AS last_at,
       tail.versions, tail.types, tail.schema_versions, tail.data, tail.meta, tail.effective
  FROM unnest($2::uuid[]) wanted_page(page_id)
  JOIN read_model.page p ON p.workspace_id = $1 AND p.page_id = wanted_page.page_id
  LEFT JOIN LATERAL (
    SELECT s.version FROM read_model.page_snapshot s
     WHERE p.latest_at > $3 AND s.workspace_id = $1 AND s.page_id = p.page_id AND s.latest_at <= $3
     ORDER BY s.latest_at DESC, s.version DESC LIMIT 1
  ) kept ON true
 CROSS JOIN LATERAL (SELECT CASE WHEN kept.version IS NULL THEN 0 ELSE kept.version END AS version OFFSET 0) base
  LEFT JOIN LATERAL (
    SELECT e.version FROM daybook.event e
     WHERE p.latest_at > $3 AND e.workspace_id = $1 AND e.stream_id = p.page_id AND e.version > base.version AND e.effective_at > $3
     ORDER BY e.version LIMIT 1
  ) later ON true
  LEFT JOIN read_model.page_snapshot s ON s.workspace_id = $1 AND s.page_id = p.page_id AND s.version = kept.version
  LEFT JOIN daybook.event last
    ON p.latest_at > $3 AND last.workspace_id = $1 AND last.stream_id = p.page_id AND last.version = later.version - 1
  LEFT JOIN LATERAL (
    SELECT array_agg(e.version) AS versions, array_agg(e.type) AS types, array_agg(e.schema_version) AS schema_versions,
           array_agg(e.meta) AS meta, array_agg(e.effective_at) AS effective, array_agg(e.data) AS data
      FROM (SELECT * FROM daybook.event e
             WHERE p.latest_at > $3 AND e.workspace_id = $1 AND e.stream_id = p.page_id
               AND e.version > base.version AND e.version < later.version
               AND e.type NOT IN ('page.content_appended', 'page.content_edited', 'page.content_replaced')
             ORDER BY e.version) e
  ) tail ON true
 ORDER BY p.page_id
