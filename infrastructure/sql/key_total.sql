-- How many keys a workspace has, and how many of them are good at a moment.
SELECT count(*) AS total, count(*) FILTER (WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)) AS good
  FROM read_model.api_key WHERE workspace_id = $1
