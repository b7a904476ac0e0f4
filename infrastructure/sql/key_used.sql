-- When keys were last used; a later time stays.
INSERT INTO daybook.key_use AS u (workspace_id, key_id, last_used_at) VALUES ($1, $2, $3)
ON CONFLICT (workspace_id, key_id) DO UPDATE SET last_used_at = excluded.last_used_at WHERE u.last_used_at < excluded.last_used_at
