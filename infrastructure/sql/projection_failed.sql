-- Counts a failure after position $3: it rests for a while, longer when it failed $5 times in a row; then it counts as parked.
UPDATE daybook.checkpoint
   SET failures = failures + 1, error = $4,
       retry_at = now() + make_interval(secs => CASE WHEN failures + 1 < $5 THEN $6 * 2 ^ failures ELSE $7 END),
       parked_at = CASE WHEN failures + 1 >= $5 THEN coalesce(parked_at, now()) END
 WHERE workspace_id = $1 AND projection = $2 AND generation = 0 AND position = $3
RETURNING failures, parked_at IS NOT NULL AS parked
