-- Lets go of the vectors of other models.
DELETE FROM search.vector v WHERE v.workspace_id = $1 AND v.model <> $2
