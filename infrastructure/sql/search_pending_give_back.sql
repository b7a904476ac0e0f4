-- Passages that were taken and not embedded can be taken again.
UPDATE search.pending SET taken_until = '-infinity' WHERE workspace_id = $1 AND digest = ANY ($2::bytea[])
