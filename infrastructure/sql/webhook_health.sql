-- How sending to each webhook of a workspace has gone lately.
SELECT webhook_id, consecutive_failures, failing_since, last_success_at, skipped, skipped_first, skipped_last
  FROM daybook.webhook_health
 WHERE workspace_id = $1
