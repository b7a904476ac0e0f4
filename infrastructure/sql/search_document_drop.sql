-- Lets go of documents.
WITH dropped AS (DELETE FROM search.vocabulary v WHERE v.workspace_id = $1 AND v.document_id = ANY ($2::uuid[]))
DELETE FROM search.document d WHERE d.workspace_id = $1 AND d.document_id = ANY ($2::uuid[])
