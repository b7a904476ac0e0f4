-- The lexemes that are spelt much like a word, nearest first.
SELECT a.lexeme, a.likeness, t.documents
  FROM search.spelt_like($1, $2, $3) a JOIN search.term t ON t.workspace_id = $1 AND t.lexeme = a.lexeme
