-- The session of a refresh token, spent or not; nothing if it is over.
SELECT s.session_id, s.person_id, s.email, s.told, s.started_at, s.expires_at
  FROM daybook.refresh_token t JOIN daybook.session s ON s.workspace_id = t.workspace_id AND s.session_id = t.session_id
 WHERE t.workspace_id = $1 AND t.token_hash = $2 AND s.ended_at IS NULL AND s.expires_at > $3
