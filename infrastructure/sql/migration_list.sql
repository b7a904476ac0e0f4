-- The migrations applied so far.
SELECT name, checksum FROM daybook_migration
