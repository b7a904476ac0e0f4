-- Which migration wants the read models filled anew. A new generation is a new schema, so filling it takes the note away.
SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = 'read_model'
