-- The newest snapshot of a page.
SELECT version, latest_at, archived_root, doc, aside, stamp, content FROM read_model.page_snapshot
 WHERE workspace_id = $1 AND page_id = $2
 ORDER BY version DESC LIMIT 1
