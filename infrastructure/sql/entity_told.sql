-- The events of a command's streams up to what the command left. It began with the only event of its first stream ($2, $3), and
-- ended at a position ($4).
SELECT e.stream_id, e.type, e.schema_version, e.data, e.meta, e.version, e.effective_at
  FROM daybook.event begun
  JOIN daybook.event told ON told.workspace_id = $1 AND told.position BETWEEN begun.position AND $4
  JOIN daybook.event e ON e.workspace_id = $1 AND e.stream_id = told.stream_id AND e.version <= told.version
 WHERE begun.workspace_id = $1 AND begun.stream_id = $2 AND begun.version = $3
 ORDER BY told.position, e.version
