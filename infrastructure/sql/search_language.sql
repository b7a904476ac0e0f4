-- The language of a workspace's index; of one that has yet to begin, what the settings say, or else $2.
SELECT coalesce(
  (SELECT t.language FROM search.totals t WHERE t.workspace_id = $1),
  (SELECT s.language FROM read_model.search_settings s WHERE s.workspace_id = $1), $2)
