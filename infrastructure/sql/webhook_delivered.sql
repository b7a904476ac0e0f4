-- A receiver has taken a delivery.
WITH done AS (
  UPDATE daybook.webhook_delivery
     SET status = 'delivered', last_status = $4, last_error = NULL, next_attempt_at = NULL, delivered_at = now()
   WHERE workspace_id = $1 AND webhook_id = $2 AND position = $3
)
INSERT INTO daybook.webhook_health (workspace_id, webhook_id, last_success_at) VALUES ($1, $2, now())
ON CONFLICT (workspace_id, webhook_id) DO UPDATE
   SET consecutive_failures = 0, failing_since = NULL, last_success_at = excluded.last_success_at
