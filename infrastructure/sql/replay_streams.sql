-- The events of some streams, each in order.
SELECT stream_id, version, position, type, schema_version, data, meta, effective_at
  FROM daybook.event
 WHERE workspace_id = $1 AND position <= $2 AND stream_id = ANY ($3)
 ORDER BY stream_id, version
