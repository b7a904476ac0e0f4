-- A webhook that was removed has no read model; its deliveries are cleared away later.
DELETE FROM read_model.webhook WHERE workspace_id = $1 AND webhook_id = $2
