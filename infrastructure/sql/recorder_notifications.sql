-- The log between two positions, in order, perhaps of some types only.
SELECT position, stream_id, version, type, data FROM daybook.event
 WHERE workspace_id = $1 AND position > $2 AND position <= $3 AND ($4::text[] IS NULL OR type = ANY ($4))
 ORDER BY position LIMIT $5
