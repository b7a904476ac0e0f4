-- Live pages but one, by their passage that is nearest to a vector.
SELECT s.document_id
  FROM search.nearest($1, $2, $3, $4) n
  JOIN search.passage s ON s.workspace_id = $1 AND s.digest = n.digest
  JOIN search.document d ON d.workspace_id = $1 AND d.document_id = s.document_id AND d.kind = 'page' AND d.document_id <> $5
  JOIN read_model.page p ON p.workspace_id = $1 AND p.page_id = s.document_id AND p.live
 GROUP BY s.document_id ORDER BY max(n.similarity) DESC, s.document_id LIMIT $6
