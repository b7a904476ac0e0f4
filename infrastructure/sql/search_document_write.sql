-- Keeps documents.
INSERT INTO search.document (workspace_id, document_id, kind, page_id, version, words)
SELECT $1, n.document_id, n.kind, n.page_id, n.version, n.words
  FROM unnest($2::uuid[], $3::text[], $4::uuid[], $5::integer[], $6::integer[]) n(document_id, kind, page_id, version, words)
ON CONFLICT (workspace_id, document_id) DO UPDATE SET
  kind = excluded.kind, page_id = excluded.page_id, version = excluded.version, words = excluded.words
