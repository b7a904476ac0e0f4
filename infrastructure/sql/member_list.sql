-- The members of a workspace in the order of their invitation, those who left included; all, or one by id.
SELECT doc FROM read_model.member
 WHERE workspace_id = $1 AND ($2::uuid IS NULL OR member_id = $2)
 ORDER BY status = 'removed', joined_at NULLS LAST, member_id
