-- A workspace's keys with their last use, oldest first; all of them in parts, or the one with this number.
SELECT k.doc, u.last_used_at
  FROM read_model.api_key k LEFT JOIN daybook.key_use u ON u.workspace_id = k.workspace_id AND u.key_id = k.key_id
 WHERE k.workspace_id = $1 AND ($2::bigint IS NULL OR k.key_id = $2)
 ORDER BY k.key_id LIMIT $3 OFFSET $4
