-- The slugs of the pages whose links a command rewrote, the one it was about first; its events stand side by side in the log.
SELECT p.slug FROM (
  SELECT e.stream_id, min(e.position) AS place
    FROM daybook.event c
    JOIN daybook.event e ON e.workspace_id = $1 AND e.position BETWEEN c.position - $3 AND $4 AND e.meta = c.meta
   WHERE c.workspace_id = $1 AND c.command_id = $2 AND e.type IN ('page.content_edited', 'page.content_replaced')
   GROUP BY e.stream_id
) w JOIN read_model.page p ON p.workspace_id = $1 AND p.page_id = w.stream_id
ORDER BY w.place
