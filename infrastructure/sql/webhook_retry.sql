-- A delivery begins anew, at once.
UPDATE daybook.webhook_delivery
   SET status = 'pending', attempts = 0, next_attempt_at = now(), delivered_at = NULL
 WHERE workspace_id = $1 AND webhook_id = $2 AND position = $3
RETURNING position
