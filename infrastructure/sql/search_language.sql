-- The language in which a workspace is searched.
SELECT t.language FROM search.totals t WHERE t.workspace_id = $1
