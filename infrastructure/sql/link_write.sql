-- Writes links, given as columns.
INSERT INTO read_model.page_link (workspace_id, page_id, ordinal, kind, target, fragment, title, line, context)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::integer[], $4::text[], $5::text[], $6::text[], $7::text[], $8::integer[], $9::text[])
