-- A workspace's head, before its first event.
INSERT INTO daybook.workspace_head (workspace_id, position, chain, recorded_at) VALUES ($1, 0, '', '-infinity')
