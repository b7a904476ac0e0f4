-- A query's order: by creation, which ids sort by.
SELECT m.page_id, NULL::double precision AS number, NULL::text AS value FROM matched m
