-- What is told of documents that were found: as they are now, each with its best passage. What is in the trash is not told of.
SELECT d.document_id, d.kind, p.slug, p.title AS page_title, p.stamp, i.doc AS item,
       d.version = CASE d.kind WHEN 'page' THEN p.version ELSE i.version END AS fresh,
       b.heading, b.anchor, b.body, ts_headline($4::text::regconfig, b.body, $5::text::tsquery, $6) AS marked
  FROM unnest($2::uuid[], $3::integer[]) n(document_id, nearest)
 -- Each by its key, whatever the planner thinks of how many there are.
 CROSS JOIN LATERAL (
    SELECT d.* FROM search.document d WHERE d.workspace_id = $1 AND d.document_id = n.document_id OFFSET 0
 ) d
  LEFT JOIN LATERAL (
    SELECT p.* FROM read_model.page p WHERE p.workspace_id = $1 AND p.page_id = d.page_id OFFSET 0
  ) p ON true
  LEFT JOIN LATERAL (
    SELECT i.* FROM read_model.item i WHERE i.workspace_id = $1 AND i.item_id = n.document_id AND d.kind <> 'page' OFFSET 0
  ) i ON true
 CROSS JOIN LATERAL (
    SELECT s.heading, s.anchor, s.body FROM search.passage s
     WHERE s.workspace_id = $1 AND s.document_id = n.document_id
     ORDER BY s.body = '', s.ordinal = 0, ts_rank(s.lexemes, $5::text::tsquery) DESC, s.ordinal = n.nearest DESC NULLS LAST, s.ordinal
     LIMIT 1
  ) b
 -- An update is in the trash for as long as its page is.
 WHERE CASE d.kind WHEN 'page' THEN p.live WHEN 'update' THEN i.live AND p.live ELSE i.live END
