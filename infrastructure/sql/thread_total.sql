-- How many threads somebody may see, live or in the trash ($3).
SELECT count(*) FROM read_model.thread WHERE workspace_id = $1 AND live = $3 AND (author = $2 OR shared)
