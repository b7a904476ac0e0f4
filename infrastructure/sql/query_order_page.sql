-- A query's order: by something of the page itself.
SELECT m.page_id, NULL::double precision AS number, p.value
  FROM matched m CROSS JOIN LATERAL (
    SELECT {value} AS value FROM read_model.page p WHERE p.workspace_id = :workspace AND p.page_id = m.page_id OFFSET 0
  ) p
