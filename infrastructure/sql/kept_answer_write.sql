-- Keeps what a command was answered, and lets go of what is older than three days.
WITH removed AS (
  DELETE FROM daybook.kept_answer WHERE workspace_id = $1 AND created_at < now() - interval '3 days'
)
INSERT INTO daybook.kept_answer (workspace_id, command_id, fingerprint, status, body, position)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (workspace_id, command_id) DO NOTHING
