-- The language that a workspace's settings name.
SELECT s.language FROM read_model.search_settings s WHERE s.workspace_id = $1
