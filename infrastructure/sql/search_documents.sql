-- What is kept of documents themselves.
SELECT d.document_id, d.kind, d.page_id, d.version
  FROM search.document d WHERE d.workspace_id = $1 AND d.document_id = ANY ($2::uuid[])
