-- Remembers a migration.
INSERT INTO daybook_migration (name, checksum, applied_at) VALUES ($1, $2, now())
