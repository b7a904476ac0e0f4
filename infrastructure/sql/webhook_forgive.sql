-- A parked webhook that goes on begins with a clean slate, and at once.
WITH waiting AS (
  UPDATE daybook.webhook_delivery SET next_attempt_at = now()
   WHERE workspace_id = $1 AND webhook_id = $2 AND status = 'pending' AND next_attempt_at > now()
)
UPDATE daybook.webhook_health SET consecutive_failures = 0, failing_since = NULL WHERE workspace_id = $1 AND webhook_id = $2
