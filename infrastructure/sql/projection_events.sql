-- The log after a position up to another, in order; the first event, and more while what came before is within so many bytes.
SELECT position, stream_id, version, type, schema_version, data, meta, effective_at, recorded_at
  FROM (
    SELECT e.*, sum(octet_length(e.data)) OVER (ORDER BY e.position ROWS UNBOUNDED PRECEDING) - octet_length(e.data) AS bytes_before
      FROM daybook.event e
     WHERE e.workspace_id = $1 AND e.position > $2 AND e.position <= $3
  ) e
 WHERE bytes_before < $4
 ORDER BY position
