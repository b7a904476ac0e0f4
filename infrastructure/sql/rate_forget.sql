-- Removes at most $3 counts of windows that ended before $2; answers how many. It waits for no row, so nothing can wait in a circle.
WITH past AS (
  SELECT bucket FROM daybook.rate_count WHERE workspace_id = $1 AND window_end < $2 LIMIT $3 FOR UPDATE SKIP LOCKED
), gone AS (
  DELETE FROM daybook.rate_count c USING past WHERE c.workspace_id = $1 AND c.bucket = past.bucket RETURNING 1
)
SELECT count(*) FROM gone
