-- The log of pages, newest first, from a position on, before another.
SELECT e.position, e.version, e.type, e.schema_version, e.data, e.meta, e.effective_at, e.stream_id, p.slug, p.title
  FROM daybook.event e
  JOIN read_model.page p ON p.workspace_id = e.workspace_id AND p.page_id = e.stream_id
 WHERE e.workspace_id = $1 AND e.position >= $2 AND e.position < $3
 ORDER BY e.position DESC
 LIMIT $4 OFFSET $5
