-- Documents by BM25 (Robertson, Spärck Jones), best first. A lexeme comes with its weight: how rare it is, and how often it is asked.
SELECT s.document_id, s.score
  FROM (
    SELECT p.document_id, d.kind, d.page_id,
           -- What is the same for every posting stands together, so that it is worked out once.
           sum(q.weight * (:saturation::float8 + 1) * p.count
               / (p.count + :saturation::float8 * (1 - :normalisation::float8)
                  + :saturation::float8 * :normalisation::float8 / :average::float8 * d.words)) AS score
      FROM unnest(:lexemes::text[], :weights::float8[]) q(lexeme, weight)
      JOIN search.posting p ON p.workspace_id = :workspace AND p.lexeme = q.lexeme COLLATE "C"
      JOIN search.document d ON d.workspace_id = :workspace AND d.document_id = p.document_id
     WHERE d.kind = ANY (:kinds::text[]) {restriction}
     GROUP BY p.document_id, d.kind, d.page_id
  ) s
 -- An update is in the trash with its page, of which its own stream knows nothing. Looked at here, because beside the joins it keeps
 -- the planner from reading all documents at once, which is half the price where many have a word.
 WHERE s.kind <> 'update' OR EXISTS (
   SELECT FROM read_model.page g WHERE g.workspace_id = :workspace AND g.page_id = s.page_id AND g.live)
 -- Sums come out a last digit different by the order of their parts; nothing may hang on that. As numbers of
 -- type numeric they would take a third of the search to round.
 ORDER BY round(s.score * 1e9) DESC, s.document_id LIMIT :count::integer
