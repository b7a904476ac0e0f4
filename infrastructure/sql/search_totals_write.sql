-- Counts documents, their words and their passages, by how many more there are. $2 is the language of an index that begins with this.
INSERT INTO search.totals AS t (workspace_id, language, documents, words, passages) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (workspace_id) DO UPDATE SET
  documents = t.documents + excluded.documents, words = t.words + excluded.words, passages = t.passages + excluded.passages
RETURNING documents
