-- The first slug that does not lead where its last claim says, either way round.
WITH expected AS (
  SELECT DISTINCT ON (slug) slug, page_id FROM claim WHERE workspace_id = $1 ORDER BY slug, position DESC
), found AS (
  SELECT slug, page_id FROM read_model.page_slug WHERE workspace_id = $1
)
SELECT slug FROM ((TABLE expected EXCEPT TABLE found) UNION ALL (TABLE found EXCEPT TABLE expected)) wrong ORDER BY slug LIMIT 1
