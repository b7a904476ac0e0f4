-- Adds hits to buckets in the window that ends at $2 and takes $3 seconds; answers the counts. In order, so that no two processes wait
-- for each other. A hit that comes a little late, or from a clock that is behind, counts in the window that goes on already.
INSERT INTO daybook.rate_count AS c (workspace_id, bucket, window_end, hits)
SELECT $1, u.bucket, $2, u.hits FROM unnest($4::text[], $5::integer[]) u(bucket, hits) ORDER BY u.bucket COLLATE "C"
ON CONFLICT (workspace_id, bucket) DO UPDATE
SET window_end = CASE WHEN c.window_end - excluded.window_end BETWEEN 0 AND $3 THEN c.window_end ELSE excluded.window_end END,
    hits = CASE WHEN c.window_end - excluded.window_end BETWEEN 0 AND $3 THEN c.hits + excluded.hits ELSE excluded.hits END
RETURNING bucket, hits
