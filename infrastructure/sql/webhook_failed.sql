-- An attempt came to nothing: the next one is in $7 seconds, or with null there is none. Not if another was begun meanwhile.
-- Answers how many failed running, and for how many seconds that has been so.
WITH tried AS (
  UPDATE daybook.webhook_delivery
     SET status = CASE WHEN $7::double precision IS NULL THEN 'failed' ELSE 'pending' END,
         last_status = $5, last_error = $6, next_attempt_at = now() + make_interval(secs => $7)
   WHERE workspace_id = $1 AND webhook_id = $2 AND position = $3 AND attempts = $4 AND status = 'pending'
)
INSERT INTO daybook.webhook_health AS h (workspace_id, webhook_id, consecutive_failures, failing_since) VALUES ($1, $2, 1, now())
ON CONFLICT (workspace_id, webhook_id) DO UPDATE
   SET consecutive_failures = h.consecutive_failures + 1,
       failing_since = CASE WHEN h.failing_since IS NULL THEN excluded.failing_since ELSE h.failing_since END
RETURNING consecutive_failures, extract(epoch FROM now() - failing_since)::double precision AS failing_for_s
