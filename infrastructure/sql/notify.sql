-- Tells every listening process, in messages of at most 8,000 bytes.
SELECT pg_notify($1, message) FROM unnest($2::text[]) message
