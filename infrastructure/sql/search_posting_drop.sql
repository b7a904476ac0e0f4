-- Lets go of postings.
DELETE FROM search.posting p USING unnest($2::text[], $3::uuid[]) n(lexeme, document_id)
 WHERE p.workspace_id = $1 AND p.lexeme = n.lexeme COLLATE "C" AND p.document_id = n.document_id
