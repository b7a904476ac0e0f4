-- A piece of a query: live pages that have another value of a facet than some.
SELECT f.page_id FROM read_model.page_facet f
 WHERE f.workspace_id = :workspace AND f.facet = :facet AND f.value <> ALL (:values::text[])
