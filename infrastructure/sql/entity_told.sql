-- The events of a command's streams up to what the command left, and before those the ones of its subject ($5) up to then, if it did
-- not touch that. It began with the only event of its first stream ($2, $3), and ended at a position ($4).
WITH told AS (
    SELECT e.stream_id, e.position, e.version
      FROM daybook.event begun JOIN daybook.event e ON e.workspace_id = $1 AND e.position BETWEEN begun.position AND $4
     WHERE begun.workspace_id = $1 AND begun.stream_id = $2 AND begun.version = $3
     UNION
   (SELECT e.stream_id, e.position, e.version
      FROM read_model.entity n JOIN daybook.event e ON e.workspace_id = $1 AND e.stream_id = n.stream_id
     WHERE n.workspace_id = $1 AND n.ref_id = $5::bigint AND e.position <= $4
     ORDER BY e.version DESC LIMIT 1)
)
SELECT e.stream_id, e.type, e.schema_version, e.data, e.meta, e.version, e.effective_at
  FROM told JOIN daybook.event e ON e.workspace_id = $1 AND e.stream_id = told.stream_id AND e.version <= told.version
 ORDER BY told.position, e.version
