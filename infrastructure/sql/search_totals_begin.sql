-- Begins the counts of an index anew, in a language. Whose vectors it has, stays.
INSERT INTO search.totals AS t (workspace_id, language, documents, words, passages) VALUES ($1, $2, 0, 0, 0)
ON CONFLICT (workspace_id) DO UPDATE SET language = excluded.language, documents = 0, words = 0, passages = 0
