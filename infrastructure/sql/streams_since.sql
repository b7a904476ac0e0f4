-- The streams that grew after a position.
SELECT DISTINCT stream_id FROM daybook.event WHERE workspace_id = $1 AND position > $2 AND position <= $3
