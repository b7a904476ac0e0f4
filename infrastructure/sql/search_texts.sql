-- Passages by document and number.
SELECT s.document_id, s.ordinal, s.heading, s.anchor, s.body
  FROM unnest($2::uuid[], $3::integer[]) n(document_id, ordinal)
  JOIN search.passage s ON s.workspace_id = $1 AND s.document_id = n.document_id AND s.ordinal = n.ordinal
