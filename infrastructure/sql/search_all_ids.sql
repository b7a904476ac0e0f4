-- Everything there is to be searched, and what is kept though it is there no more.
SELECT p.page_id AS id FROM read_model.page p WHERE p.workspace_id = $1 AND p.live
UNION
SELECT i.item_id FROM read_model.item i WHERE i.workspace_id = $1 AND i.live
UNION
SELECT d.document_id FROM search.document d WHERE d.workspace_id = $1
 ORDER BY id
