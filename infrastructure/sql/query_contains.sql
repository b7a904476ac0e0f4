-- A piece of a query: live pages whose property holds a text, in any case of letters. One that was cut is looked up in the page.
SELECT f.page_id FROM read_model.page_facet f
 WHERE f.workspace_id = :workspace AND f.facet = :facet AND f.number IS NULL
   AND strpos(lower(CASE WHEN length(f.value) < :characters::integer THEN f.value ELSE (
         SELECT convert_from('{'::bytea || p.doc || '}'::bytea, 'UTF8')::jsonb -> 'properties' ->> :property::text
           FROM read_model.page p WHERE p.workspace_id = :workspace AND p.page_id = f.page_id
       ) END COLLATE "default"), lower(:value::text)) > 0
