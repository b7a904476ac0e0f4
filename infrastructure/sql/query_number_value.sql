-- A piece of a query: live pages by how the number of a facet compares.
SELECT f.page_id FROM read_model.page_facet f
 WHERE f.workspace_id = :workspace AND f.facet = :facet AND f.number {operator} :number::double precision
