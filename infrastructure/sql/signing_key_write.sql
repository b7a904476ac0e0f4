-- The read model of a signing key.
INSERT INTO read_model.signing_key (workspace_id, stream_id, number, salt, made_at, version, retired_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (workspace_id, stream_id) DO UPDATE SET version = excluded.version, retired_at = excluded.retired_at
