-- The events, up to a position, of what ever belonged to an entity, by itself or to what did.
WITH RECURSIVE belonging AS (
  SELECT e.ref_id, e.stream_id FROM read_model.entity e WHERE e.workspace_id = $1 AND e.owner = $2
   UNION
  SELECT e.ref_id, e.stream_id FROM belonging b JOIN read_model.entity e ON e.owner = b.ref_id WHERE e.workspace_id = $1
)
SELECT b.stream_id, e.type, e.schema_version, e.data, e.meta, e.version, e.effective_at
  FROM belonging b JOIN daybook.event e ON e.stream_id = b.stream_id
 WHERE e.workspace_id = $1 AND e.position <= $3
 ORDER BY b.ref_id, e.version
