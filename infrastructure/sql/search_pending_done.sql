-- These are embedded, or stand nowhere any more.
DELETE FROM search.pending p WHERE p.workspace_id = $1 AND p.digest = ANY ($2::bytea[])
