-- Entities of some kinds that belong to others.
SELECT e.ref_id, e.owner, e.kind, e.doc FROM read_model.entity e
 WHERE e.workspace_id = $1 AND e.owner = ANY ($2) AND e.kind = ANY ($3) AND NOT e.removed AND ($4::boolean OR NOT e.archived)
 ORDER BY e.ref_id
