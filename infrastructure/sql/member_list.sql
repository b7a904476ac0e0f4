-- The members of a workspace in the order in which they joined, invitations behind them; all, the owners, or one by id, who may have
-- left.
SELECT doc FROM read_model.member
 WHERE workspace_id = $1 AND CASE WHEN $2::uuid IS NULL THEN status <> 'removed' AND ($3::text IS NULL OR role = $3) ELSE member_id = $2 END
 ORDER BY joined_at NULLS LAST, member_id LIMIT $4 OFFSET $5
