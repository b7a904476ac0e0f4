-- How far the log goes, and what is in it between two positions, perhaps of some types only: the first event, and more while there
-- are less than so many and what came before is within so many bytes. With nothing to show it is one row without an event.
SELECT h.position AS head, e.position, e.stream_id, e.version, e.type, e.schema_version, e.data, e.meta, e.effective_at, e.recorded_at
  FROM daybook.workspace_head h
  LEFT JOIN LATERAL (
    SELECT found.*, sum(octet_length(found.data) + octet_length(found.meta)) OVER (ORDER BY found.position ROWS UNBOUNDED PRECEDING)
                    - octet_length(found.data) - octet_length(found.meta) AS bytes_before
      FROM (
        SELECT e.position, e.stream_id, e.version, e.type, e.schema_version, e.data, e.meta, e.effective_at, e.recorded_at
          FROM daybook.event e
         WHERE e.workspace_id = $1 AND e.position > $2 AND e.position <= $3
           AND ($6::text[] IS NULL OR e.type = ANY ($6) OR e.type ^@ ANY ($7::text[]))
           AND ($8::text[] IS NULL OR NOT e.type ^@ ANY ($8))
         ORDER BY e.position LIMIT $4
      ) found
  ) e ON e.bytes_before < $5
 WHERE h.workspace_id = $1
 ORDER BY e.position
