-- The read model of a key.
INSERT INTO read_model.api_key (workspace_id, stream_id, key_id, name, environment, secret_hash, last_four, created_at, revoked_at,
                                scopes, expires_at, doc)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT (workspace_id, stream_id) DO UPDATE SET
  name = excluded.name, revoked_at = excluded.revoked_at, doc = excluded.doc
