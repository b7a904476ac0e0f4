-- The read model of a member.
INSERT INTO read_model.member (workspace_id, member_id, role, status, joined_at, version, doc) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (workspace_id, member_id) DO UPDATE SET
  role = excluded.role, status = excluded.status, joined_at = excluded.joined_at, version = excluded.version, doc = excluded.doc
