-- A stream's events, newest first, before a version.
SELECT position, version, type, schema_version, data, meta, effective_at
  FROM daybook.event
 WHERE workspace_id = $1 AND stream_id = $2 AND version < $3
 ORDER BY version DESC LIMIT $4 OFFSET $5
