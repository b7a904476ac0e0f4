-- Spends a refresh token and puts another in its place; nothing if there is no such token, or its session is over.
SELECT outcome, session_id, person_id, email, told, started_at, expires_at FROM daybook.spend_refresh_token($1, $2, $3, $4)
