-- A workspace's events, stream by stream, each in order.
SELECT stream_id, version, position, type, schema_version, data, meta, effective_at
  FROM daybook.event
 WHERE workspace_id = $1 AND position <= $2
 ORDER BY stream_id, version
