-- A piece of a query: live pages right below some.
SELECT p.page_id FROM read_model.page p WHERE p.workspace_id = :workspace AND p.live AND p.parent_id = ANY (:parents::uuid[])
