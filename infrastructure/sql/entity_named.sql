-- Entities by their ref_ids, whatever they are.
SELECT e.ref_id, e.owner, e.kind, e.doc FROM read_model.entity e
 WHERE e.workspace_id = $1 AND e.ref_id = ANY ($2) AND NOT e.removed AND ($3::boolean OR NOT e.archived)
 ORDER BY e.ref_id
