-- The lexemes that begin with a word, the most frequent first.
SELECT lexeme, documents FROM search.beginning($1, $2, $3)
