-- A piece of a query: live pages about which anything was recorded at or after a moment.
SELECT c.stream_id AS page_id FROM (
  SELECT DISTINCT e.stream_id FROM daybook.event e
   WHERE e.workspace_id = :workspace AND e.position >= (SELECT daybook.position_at(:workspace, :moment::timestamptz))
) c CROSS JOIN LATERAL (
  SELECT FROM read_model.page p WHERE p.workspace_id = :workspace AND p.page_id = c.stream_id AND p.live OFFSET 0
) p
