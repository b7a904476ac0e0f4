-- The events of some streams, of each up to its first one after a moment: what happened later cannot have been seen then.
SELECT t.stream_id, t.type, t.schema_version, t.data, t.meta, t.version, t.effective_at
  FROM (
    SELECT e.stream_id, e.type, e.schema_version, e.data, e.meta, e.version, e.effective_at,
           bool_or(e.effective_at > $3) OVER (PARTITION BY e.stream_id ORDER BY e.version) AS later
      FROM daybook.event e WHERE e.workspace_id = $1 AND e.stream_id = ANY ($2)
  ) t
 WHERE NOT t.later ORDER BY t.stream_id, t.version
