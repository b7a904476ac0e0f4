-- What happened in a workspace that has to do with access, newest first, before a position. Its first condition is the index's own.
SELECT position, stream_id, version, type, schema_version, data, meta, effective_at, recorded_at
  FROM daybook.event
 WHERE split_part(type, '.', 1) IN ('access', 'key', 'member', 'webhook', 'workspace')
   AND workspace_id = $1 AND position < $2
   AND ($3::text[] IS NULL OR type = ANY ($3) OR type ^@ ANY ($4::text[]))
   AND ($5::text IS NULL OR convert_from(meta, 'UTF8')::jsonb -> 'actor' ->> 'id' = $5)
   AND ($6::timestamptz IS NULL OR recorded_at >= $6) AND ($7::timestamptz IS NULL OR recorded_at < $7)
 ORDER BY position DESC LIMIT $8
