-- Keeps postings that are new or changed.
INSERT INTO search.posting (workspace_id, lexeme, document_id, count)
SELECT $1, n.lexeme, n.document_id, n.count FROM unnest($2::text[], $3::uuid[], $4::integer[]) n(lexeme, document_id, count)
ON CONFLICT (workspace_id, lexeme, document_id) DO UPDATE SET count = excluded.count
