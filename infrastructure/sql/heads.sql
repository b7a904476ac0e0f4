-- How far each workspace's log goes.
SELECT workspace_id, position, chain, recorded_at FROM daybook.workspace_head ORDER BY workspace_id
