-- Events on their way to webhooks, to be sent at once.
INSERT INTO daybook.webhook_delivery (workspace_id, webhook_id, position, next_attempt_at)
SELECT $1, q.webhook_id, q.position, now() FROM unnest($2::uuid[], $3::bigint[]) q(webhook_id, position)
ON CONFLICT (workspace_id, webhook_id, position) DO NOTHING
