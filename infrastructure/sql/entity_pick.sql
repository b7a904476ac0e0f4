-- The same among some, by their ref_ids or by what they belong to; a filter that is null asks nothing.
SELECT e.ref_id, e.owner, e.kind, e.doc FROM read_model.entity e
 WHERE e.workspace_id = $1 AND e.kind = $2 AND NOT e.removed AND ($3::boolean OR NOT e.archived) AND e.ref_id > $4
   AND ($7::bigint[] IS NULL OR e.ref_id = ANY ($7)) AND ($8::bigint IS NULL OR e.owner = $8)
 ORDER BY e.ref_id LIMIT $5 OFFSET $6
