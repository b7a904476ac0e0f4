-- A session ends, and its refresh tokens with it; nothing if it is over already.
WITH ended AS (
  UPDATE daybook.session SET ended_at = $3 WHERE workspace_id = $1 AND session_id = $2 AND ended_at IS NULL
  RETURNING session_id, person_id, email, told, started_at, expires_at
), forgotten AS (
  DELETE FROM daybook.refresh_token WHERE workspace_id = $1 AND session_id = $2
)
SELECT session_id, person_id, email, told, started_at, expires_at FROM ended
