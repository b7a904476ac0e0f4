-- Where a command's first stream was after it.
SELECT position, stream_id, version, meta FROM daybook.event WHERE workspace_id = $1 AND command_id = $2
