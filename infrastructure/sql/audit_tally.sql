-- The count as it stands, if it is not the number of live pages.
SELECT coalesce(max(t.live), 0)
  FROM read_model.page_tally t
 WHERE t.workspace_id = $1
HAVING coalesce(max(t.live), 0) <> (SELECT count(*) FROM read_model.page p WHERE p.workspace_id = $1 AND p.live)
