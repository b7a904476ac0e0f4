-- A piece of a query: live pages that have one of some values of a facet.
SELECT f.page_id FROM read_model.page_facet f
 WHERE f.workspace_id = :workspace AND f.facet = :facet AND f.value = ANY (:values::text[])
