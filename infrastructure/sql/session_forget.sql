-- Sessions that were over long ago.
DELETE FROM daybook.session WHERE workspace_id = $1 AND expires_at < $2
