-- The settings of a workspace's search.
SELECT s.doc FROM read_model.search_settings s WHERE s.workspace_id = $1
