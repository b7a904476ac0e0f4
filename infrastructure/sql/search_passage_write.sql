-- Keeps passages that are new or changed; $2 is the language.
INSERT INTO search.passage (workspace_id, document_id, ordinal, heading, anchor, body, begins, digest, lexemes)
SELECT $1, n.document_id, n.ordinal, n.heading, n.anchor, n.body, n.begins, n.digest, to_tsvector($2::text::regconfig, n.words)
  FROM unnest($3::uuid[], $4::integer[], $5::text[], $6::text[], $7::text[], $8::boolean[], $9::bytea[], $10::text[])
       n(document_id, ordinal, heading, anchor, body, begins, digest, words)
ON CONFLICT (workspace_id, document_id, ordinal) DO UPDATE SET
  heading = excluded.heading, anchor = excluded.anchor, body = excluded.body, begins = excluded.begins, digest = excluded.digest,
  lexemes = excluded.lexemes
