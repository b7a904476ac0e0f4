-- A piece of a query: live pages by how the text of a facet compares.
SELECT f.page_id FROM read_model.page_facet f
 WHERE f.workspace_id = :workspace AND f.facet = :facet AND f.value {operator} :value::text AND f.number IS NULL
