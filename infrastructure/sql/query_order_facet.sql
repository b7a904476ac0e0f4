-- A query's order: by the value of a facet, from one run along its index. Joining would be free to go along it once for each page.
SELECT k.page_id, max(k.number) AS number, max(k.value) AS value
  FROM (
    SELECT m.page_id, true AS matched, NULL::double precision AS number, NULL::text AS value FROM matched m
    UNION ALL
    SELECT f.page_id, NULL, CASE WHEN :ranks::text[] IS NULL THEN f.number ELSE array_position(:ranks::text[], f.value) END, f.value
      FROM read_model.page_facet f WHERE f.workspace_id = :workspace AND f.facet = :facet
  ) k
 GROUP BY k.page_id HAVING bool_or(k.matched)
