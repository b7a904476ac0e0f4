-- A workspace's log in order, with all that is hashed.
SELECT position, stream_id, version, type, schema_version, data, meta, effective_at, recorded_at, command_id, hash, chain
  FROM daybook.event
 WHERE workspace_id = $1
 ORDER BY position
