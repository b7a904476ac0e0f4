-- The vectors of a workspace are of this model from now on, if they are of none yet.
UPDATE search.totals t SET model = $2 WHERE t.workspace_id = $1 AND t.model IS NULL
