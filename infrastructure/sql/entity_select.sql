-- Entities of a kind, in the order of their ref_ids, after one of them and from an offset on.
SELECT e.ref_id, e.owner, e.kind, e.doc FROM read_model.entity e
 WHERE e.workspace_id = $1 AND e.kind = $2 AND NOT e.removed AND ($3::boolean OR NOT e.archived) AND e.ref_id > $4
 ORDER BY e.ref_id LIMIT $5 OFFSET $6
