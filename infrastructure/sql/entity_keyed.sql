-- Entities of a kind, all or those with one of the keys, archived ones as well.
SELECT stream_id, kind, along_with, doc FROM read_model.entity
 WHERE workspace_id = $1 AND kind = $2 AND ($3::text[] IS NULL OR key = ANY ($3)) AND NOT removed ORDER BY ref_id
