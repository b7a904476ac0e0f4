-- The key with this number, whichever workspace it opens.
SELECT workspace_id, name, environment, secret_hash, scopes, expires_at, revoked_at FROM daybook.find_api_key($1)
