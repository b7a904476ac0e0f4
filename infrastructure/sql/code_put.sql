-- The code of an address, in place of the one before.
INSERT INTO daybook.sign_in_code (workspace_id, address_hash, code_hash, tries, expires_at) VALUES ($1, $2, $3, 0, $4)
ON CONFLICT (workspace_id, address_hash) DO UPDATE SET
  code_hash = excluded.code_hash, tries = 0, expires_at = excluded.expires_at
