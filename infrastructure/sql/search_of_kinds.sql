-- A piece of a search: documents of some kinds.
SELECT d.document_id FROM search.document d WHERE d.workspace_id = :workspace AND d.kind = ANY (:kinds::text[])
