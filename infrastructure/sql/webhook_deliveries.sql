-- Deliveries of a webhook, newest first; all of them, those of one status, or the one of a position.
SELECT d.position, e.type, d.status, d.attempts, d.last_status, d.last_error, d.next_attempt_at, d.created_at, d.delivered_at
  FROM daybook.webhook_delivery d
  JOIN daybook.event e ON e.workspace_id = d.workspace_id AND e.position = d.position
 WHERE d.workspace_id = $1 AND d.webhook_id = $2 AND ($3::text IS NULL OR d.status = $3) AND ($4::bigint IS NULL OR d.position = $4)
 ORDER BY d.position DESC
 LIMIT $5 OFFSET $6
