-- What is kept of some documents' words.
SELECT d.document_id, d.words, v.lexemes, v.counts
  FROM unnest($2::uuid[]) wanted(document_id)
  JOIN search.document d ON d.workspace_id = $1 AND d.document_id = wanted.document_id
  JOIN search.vocabulary v ON v.workspace_id = $1 AND v.document_id = wanted.document_id
