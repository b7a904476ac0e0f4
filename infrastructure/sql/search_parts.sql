-- What each lexeme contributes to the scores of some documents, most first.
SELECT p.document_id, p.lexeme, p.count,
       q.weight * p.count * (:saturation::float8 + 1)
       / (p.count + :saturation::float8 * (1 - :normalisation::float8 + :normalisation::float8 * d.words / :average::float8)) AS score
  FROM unnest(:ids::uuid[]) wanted(document_id)
 CROSS JOIN unnest(:lexemes::text[], :weights::float8[]) q(lexeme, weight)
  JOIN search.posting p ON p.workspace_id = :workspace AND p.lexeme = q.lexeme COLLATE "C" AND p.document_id = wanted.document_id
  JOIN search.document d ON d.workspace_id = :workspace AND d.document_id = p.document_id
 ORDER BY p.document_id, score DESC, p.lexeme
