-- Entities by their ref_ids, archived ones as well.
SELECT stream_id, kind, along_with, doc FROM read_model.entity
 WHERE workspace_id = $1 AND ref_id = ANY ($2) AND NOT removed ORDER BY ref_id
