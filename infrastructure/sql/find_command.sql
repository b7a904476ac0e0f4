-- Where a command's first stream was after it, and its last event, which is followed by the end of the log or by another command's.
SELECT c.position, c.stream_id, c.version, c.meta,
       CASE WHEN other.position IS NOT NULL THEN other.position - 1
            ELSE (SELECT h.position FROM daybook.workspace_head h WHERE h.workspace_id = $1)
       END AS last_position
  FROM daybook.event c
  LEFT JOIN LATERAL (
    SELECT n.position FROM daybook.event n
     WHERE n.workspace_id = $1 AND n.position > c.position AND n.meta <> c.meta
     ORDER BY n.position LIMIT 1
  ) other ON true
 WHERE c.workspace_id = $1 AND c.command_id = $2
