-- What a command was answered, if it is still kept.
SELECT fingerprint, status, body, position FROM daybook.kept_answer WHERE workspace_id = $1 AND command_id = $2
