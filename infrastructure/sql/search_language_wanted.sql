-- The language that a workspace's settings name, or else $2.
SELECT coalesce((SELECT s.language FROM read_model.search_settings s WHERE s.workspace_id = $1), $2)
