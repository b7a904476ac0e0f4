-- Counts a try of an address's code before it is compared, so that tries that come at once are counted each; nothing if there is none
-- left, or no code.
UPDATE daybook.sign_in_code SET tries = tries + 1
 WHERE workspace_id = $1 AND address_hash = $2 AND tries < $3 AND expires_at > $4
RETURNING code_hash
