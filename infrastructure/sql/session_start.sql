-- A session begins.
INSERT INTO daybook.session (workspace_id, session_id, person_id, email, told, started_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
