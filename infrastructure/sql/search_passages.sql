-- What is kept of some documents' passages.
SELECT s.document_id, s.ordinal, s.heading, s.anchor, s.body, s.begins, s.digest
  FROM search.passage s WHERE s.workspace_id = $1 AND s.document_id = ANY ($2::uuid[])
 ORDER BY s.document_id, s.ordinal
