"""The log in PostgreSQL: codec, batches, group commit, reading."""
