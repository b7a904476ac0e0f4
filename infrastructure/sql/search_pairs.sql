-- For each passage of other documents, the passage of a document it is nearest to.
SELECT document_id, ordinal, own_ordinal, similarity FROM search.pairs($1, $2, $3, $4, $5) ORDER BY document_id
