-- Takes some due deliveries of a webhook for $4 seconds, with their events and the webhook as it is now.
WITH due AS (
  SELECT d.position, w.doc
    FROM daybook.webhook_delivery d
    JOIN read_model.webhook w ON w.workspace_id = d.workspace_id AND w.webhook_id = d.webhook_id AND w.sends
   WHERE d.workspace_id = $1 AND d.webhook_id = $2 AND d.status = 'pending' AND d.next_attempt_at <= now()
   ORDER BY d.next_attempt_at, d.position
   LIMIT $3
     FOR UPDATE OF d SKIP LOCKED
), taken AS (
  UPDATE daybook.webhook_delivery d
     SET attempts = d.attempts + 1, next_attempt_at = now() + make_interval(secs => $4)
    FROM due
   WHERE d.workspace_id = $1 AND d.webhook_id = $2 AND d.position = due.position
  RETURNING d.position, d.attempts, due.doc
)
SELECT t.doc, t.attempts, e.position, e.stream_id, e.version, e.type, e.schema_version, e.data, e.meta, e.effective_at, e.recorded_at
  FROM taken t
  JOIN daybook.event e ON e.workspace_id = $1 AND e.position = t.position
 ORDER BY e.position
