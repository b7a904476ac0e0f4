-- How many deliveries wait for a webhook, counted no further than $3.
SELECT count(*) FROM (
  SELECT FROM daybook.webhook_delivery WHERE workspace_id = $1 AND webhook_id = $2 AND status = 'pending' LIMIT $3
) waiting
