-- Tells every process that who may do what has changed; heard when the transaction commits.
SELECT pg_notify('daybook_keys', '')
