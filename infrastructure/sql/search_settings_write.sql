-- The read model of the settings of a workspace's search.
INSERT INTO read_model.search_settings (workspace_id, stream_id, language, version, doc) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (workspace_id, stream_id) DO UPDATE SET language = excluded.language, version = excluded.version, doc = excluded.doc
