-- Empties a workspace's index, but for the vectors, which texts that come back find again.
WITH documents AS (DELETE FROM search.document d WHERE d.workspace_id = $1),
     vocabularies AS (DELETE FROM search.vocabulary v WHERE v.workspace_id = $1),
     passages AS (DELETE FROM search.passage s WHERE s.workspace_id = $1),
     terms AS (DELETE FROM search.term t WHERE t.workspace_id = $1)
DELETE FROM search.posting p WHERE p.workspace_id = $1
