-- Of the pages $2, each with its newest version $3 to look at: those of which a snapshot is due, as domain/pages/snapshots.py says.
SELECT t.page_id, t.version
  FROM unnest($2::uuid[], $3::integer[]) t(page_id, version)
  LEFT JOIN LATERAL (
    SELECT s.version, s.content_bytes FROM read_model.page_snapshot s
     WHERE s.workspace_id = $1 AND s.page_id = t.page_id ORDER BY s.version DESC LIMIT 1
  ) last ON true
 CROSS JOIN LATERAL (
    SELECT sum(octet_length(e.data) + $4::integer) AS weight_bytes FROM daybook.event e
     WHERE e.workspace_id = $1 AND e.stream_id = t.page_id
       AND e.version > CASE WHEN last.version IS NULL THEN 0 ELSE last.version END AND e.version <= t.version
  ) tail
 WHERE tail.weight_bytes >= $5::integer AND tail.weight_bytes >= CASE WHEN last.version IS NULL THEN 0 ELSE last.content_bytes END
