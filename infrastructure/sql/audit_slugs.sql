-- The first slug that does not lead where its last claim says, or misremembers its claims, either way round.
WITH expected AS (
  SELECT slug, (array_agg(page_id ORDER BY position DESC))[1] AS page_id,
         count(DISTINCT page_id) > 1 AS contested, count(DISTINCT page_id) = 1 AND bool_or(original) AS original
    FROM claim WHERE workspace_id = $1 GROUP BY slug
), found AS (
  SELECT slug, page_id, contested, original FROM read_model.page_slug WHERE workspace_id = $1
)
SELECT slug FROM ((TABLE expected EXCEPT TABLE found) UNION ALL (TABLE found EXCEPT TABLE expected)) wrong ORDER BY slug LIMIT 1
