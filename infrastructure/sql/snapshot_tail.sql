-- A page's events after a version up to another, in order.
SELECT position, version, type, schema_version, data, meta, effective_at
  FROM daybook.event
 WHERE workspace_id = $1 AND stream_id = $2 AND version > $3 AND version <= $4
 ORDER BY version
