-- Events that found a webhook's queue full.
INSERT INTO daybook.webhook_health AS h (workspace_id, webhook_id, skipped, skipped_first, skipped_last) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (workspace_id, webhook_id) DO UPDATE
   SET skipped = h.skipped + excluded.skipped, skipped_last = excluded.skipped_last,
       skipped_first = CASE WHEN h.skipped_first IS NULL THEN excluded.skipped_first ELSE h.skipped_first END
