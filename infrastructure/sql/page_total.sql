-- How many pages a list could return.
SELECT coalesce((SELECT t.live FROM read_model.page_tally t WHERE t.workspace_id = $1), 0)
