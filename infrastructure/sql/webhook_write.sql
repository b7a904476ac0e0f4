-- The read model of a webhook; where it began stays.
INSERT INTO read_model.webhook (workspace_id, webhook_id, registered_position, sends, version, doc)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (workspace_id, webhook_id) DO UPDATE SET sends = excluded.sends, version = excluded.version, doc = excluded.doc
