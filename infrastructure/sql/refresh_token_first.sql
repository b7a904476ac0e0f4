-- The first refresh token of a session.
INSERT INTO daybook.refresh_token (workspace_id, token_hash, session_id) VALUES ($1, $2, $3)
