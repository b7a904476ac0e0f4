-- What belongs to an entity, by itself or to what does, archived ones as well.
WITH RECURSIVE belonging AS (
  SELECT e.ref_id FROM read_model.entity e WHERE e.workspace_id = $1 AND e.owner = $2 AND NOT e.removed
   UNION
  SELECT e.ref_id FROM belonging b JOIN read_model.entity e ON e.owner = b.ref_id WHERE e.workspace_id = $1 AND NOT e.removed
)
SELECT e.stream_id, e.kind, e.along_with, e.doc
  FROM belonging b JOIN read_model.entity e ON e.ref_id = b.ref_id WHERE e.workspace_id = $1 ORDER BY e.ref_id
