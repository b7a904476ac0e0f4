-- Codes whose time is over.
DELETE FROM daybook.sign_in_code WHERE workspace_id = $1 AND expires_at < $2
