-- Counts the documents in which lexemes stand, by how many more there are.
INSERT INTO search.term AS t (workspace_id, lexeme, documents)
SELECT $1, n.lexeme, n.more FROM unnest($2::text[], $3::integer[]) n(lexeme, more)
ON CONFLICT (workspace_id, lexeme) DO UPDATE SET documents = t.documents + excluded.documents
