-- A workspace's webhooks in the order of their registration; all of them, or the one with this id.
SELECT registered_position, doc FROM read_model.webhook
 WHERE workspace_id = $1 AND ($2::uuid IS NULL OR webhook_id = $2)
 ORDER BY registered_position
