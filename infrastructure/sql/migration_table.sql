-- Which migrations this database has had.
CREATE TABLE IF NOT EXISTS daybook_migration (name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL)
