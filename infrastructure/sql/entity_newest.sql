-- The greatest ref_id that was ever given out in a workspace.
SELECT coalesce(max(ref_id), 0) FROM read_model.entity WHERE workspace_id = $1
