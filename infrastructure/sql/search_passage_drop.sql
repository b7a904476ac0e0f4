-- Lets go of the passages that documents no longer have.
DELETE FROM search.passage s USING unnest($2::uuid[], $3::integer[]) n(document_id, passages)
 WHERE s.workspace_id = $1 AND s.document_id = n.document_id AND s.ordinal >= n.passages
