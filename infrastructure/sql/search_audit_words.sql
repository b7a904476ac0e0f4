-- Whether the lexemes kept of a document are other ones than its passages' words ($3, in their order) have.
SELECT EXISTS (
  SELECT FROM unnest($3::text[]) WITH ORDINALITY n(words, nth)
    JOIN search.totals t ON t.workspace_id = $1
    JOIN search.passage s ON s.workspace_id = $1 AND s.document_id = $2 AND s.ordinal = n.nth - 1
   WHERE s.lexemes <> to_tsvector(t.language::regconfig, n.words)
)
