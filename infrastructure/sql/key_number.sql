-- A number no key has yet, in any workspace.
SELECT nextval('daybook.api_key_number')
