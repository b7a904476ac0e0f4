-- A query: how many pages match, and the ids of those that are wanted, in order.
WITH matched AS MATERIALIZED ({matched}), keyed AS ({keyed})
SELECT (SELECT count(*) FROM matched) AS total,
       ARRAY(SELECT k.page_id FROM keyed k ORDER BY {order} LIMIT :limit::bigint OFFSET :offset::bigint) AS ids
