-- How many are in a workspace or invited.
SELECT count(*) FROM read_model.member WHERE workspace_id = $1 AND status <> 'removed'
