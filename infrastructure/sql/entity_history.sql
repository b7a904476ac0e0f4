-- Events of an entity and of all that ever belonged to it, newest first, before a position.
WITH RECURSIVE told AS (
  SELECT e.ref_id, e.stream_id, e.kind FROM read_model.entity e WHERE e.workspace_id = $1 AND e.ref_id = $2
   UNION
  SELECT e.ref_id, e.stream_id, e.kind FROM told t JOIN read_model.entity e ON e.owner = t.ref_id WHERE e.workspace_id = $1
)
SELECT t.ref_id, t.kind, e.position, e.version, e.type, e.schema_version, e.data, e.meta, e.effective_at
  FROM told t JOIN daybook.event e ON e.stream_id = t.stream_id
 WHERE e.workspace_id = $1 AND e.position < $3
 ORDER BY e.position DESC LIMIT $4 OFFSET $5
