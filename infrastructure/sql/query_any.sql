-- A piece of a query: all live pages.
SELECT p.page_id FROM read_model.page p WHERE p.workspace_id = :workspace AND p.live
