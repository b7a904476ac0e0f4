-- Live pages but one, by their passage that is nearest to a vector.
SELECT s.document_id
  FROM search.nearest($1, $2, $3, $4) n
 CROSS JOIN LATERAL (
    SELECT s.document_id FROM search.passage s WHERE s.workspace_id = $1 AND s.digest = n.digest AND s.document_id <> $5 OFFSET 0
 ) s
 CROSS JOIN LATERAL (
    SELECT d.kind FROM search.document d WHERE d.workspace_id = $1 AND d.document_id = s.document_id AND d.kind = 'page' OFFSET 0
 ) d
  JOIN read_model.page p ON p.workspace_id = $1 AND p.page_id = s.document_id AND p.live
 GROUP BY s.document_id ORDER BY max(n.similarity) DESC, s.document_id LIMIT $6
