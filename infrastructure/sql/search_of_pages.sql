-- A piece of a search: documents that are pages, or belong to pages, that match.
SELECT d.document_id FROM search.document d WHERE d.workspace_id = :workspace AND d.page_id IN ({matched})
