-- Lets go of lexemes that stand nowhere any more.
DELETE FROM search.term t USING unnest($2::text[]) n(lexeme)
 WHERE t.workspace_id = $1 AND t.lexeme = n.lexeme COLLATE "C" AND t.documents = 0
