-- A stream's events in order, up to a version.
SELECT type, schema_version, data, meta, version, effective_at
  FROM daybook.event
 WHERE workspace_id = $1 AND stream_id = $2 AND version <= $3
 ORDER BY version
