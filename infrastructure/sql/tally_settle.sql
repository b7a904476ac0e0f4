-- How many live pages each workspace has.
INSERT INTO read_model_next.page_tally (workspace_id, live)
SELECT workspace_id, count(*) FILTER (WHERE live) FROM read_model_next.page GROUP BY workspace_id
