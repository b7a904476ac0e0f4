-- The keys that access tokens are signed with, oldest first.
SELECT stream_id, number, salt, made_at, version, retired_at FROM read_model.signing_key WHERE workspace_id = $1 ORDER BY number
