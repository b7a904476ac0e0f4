-- What is told of documents that were found: as they are now, each with its best passage. What is not live is not told of.
SELECT d.document_id, d.kind, p.slug, p.title AS page_title, p.title, p.stamp, d.version = p.version AS fresh,
       b.heading, b.anchor, b.body, ts_headline($4::text::regconfig, b.body, $5::text::tsquery, $6) AS marked
  FROM unnest($2::uuid[], $3::integer[]) n(document_id, nearest)
 CROSS JOIN LATERAL (
    SELECT d.* FROM search.document d WHERE d.workspace_id = $1 AND d.document_id = n.document_id OFFSET 0
 ) d
  JOIN read_model.page p ON p.workspace_id = $1 AND p.page_id = d.page_id AND p.live
 CROSS JOIN LATERAL (
    SELECT s.heading, s.anchor, s.body FROM search.passage s
     WHERE s.workspace_id = $1 AND s.document_id = n.document_id
     ORDER BY s.body = '', s.ordinal = 0, ts_rank(s.lexemes, $5::text::tsquery) DESC, s.ordinal = n.nearest DESC NULLS LAST, s.ordinal
     LIMIT 1
  ) b
