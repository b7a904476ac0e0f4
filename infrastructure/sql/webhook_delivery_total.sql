-- How many deliveries a webhook has, of all statuses or of one.
SELECT count(*) FROM daybook.webhook_delivery
 WHERE workspace_id = $1 AND webhook_id = $2 AND ($3::text IS NULL OR status = $3)
