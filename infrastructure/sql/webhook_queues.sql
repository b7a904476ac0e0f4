-- Which webhooks have something to be sent, and in how many seconds.
SELECT workspace_id, webhook_id, due_in_s FROM daybook.webhook_queues()
