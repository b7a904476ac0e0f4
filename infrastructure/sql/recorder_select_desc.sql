-- A stream's events between two versions, newest first.
SELECT stream_id, version, type, data FROM daybook.event
 WHERE workspace_id = $1 AND stream_id = $2 AND version > $3 AND version <= $4 ORDER BY version DESC LIMIT $5
