-- A piece of a search: all documents.
SELECT d.document_id FROM search.document d WHERE d.workspace_id = :workspace
