-- Takes a code away; of several who come with it at once, one does.
DELETE FROM daybook.sign_in_code WHERE workspace_id = $1 AND address_hash = $2 AND code_hash = $3 RETURNING true
