-- Entities of a kind, all or those with one of the keys, archived ones as well; or those whose JSON has some bytes in it.
SELECT stream_id, kind, along_with, doc FROM read_model.entity
 WHERE workspace_id = $1 AND kind = $2 AND ($3::text[] IS NULL OR key = ANY ($3)) AND NOT removed
   AND ($4::bytea IS NULL OR position($4 IN doc) > 0) ORDER BY ref_id
