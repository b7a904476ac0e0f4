-- The session of a refresh token, spent or not.
SELECT session_id FROM daybook.refresh_token WHERE workspace_id = $1 AND token_hash = $2
