-- Keeps a document's words.
INSERT INTO search.vocabulary (workspace_id, document_id, lexemes, counts) VALUES ($1, $2, $3, $4)
ON CONFLICT (workspace_id, document_id) DO UPDATE SET lexemes = excluded.lexemes, counts = excluded.counts
