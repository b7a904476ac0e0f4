-- Several pages and all below them, each page once, as pages_load gives them. UNION (not ALL) ends even if a cycle should ever stand in the tree.
WITH RECURSIVE below AS (
  SELECT unnest($2::uuid[]) AS page_id
  UNION
  SELECT p.page_id FROM read_model.page p JOIN below b ON p.parent_id = b.page_id WHERE p.workspace_id = $1
), wanted AS MATERIALIZED (
  SELECT p.page_id, p.doc, p.stamp, p.archived_root, p.aside, p.latest_at, p.tail, sum(p.content_bytes) OVER () <= $3 AS fits
    FROM below b JOIN read_model.page p ON p.workspace_id = $1 AND p.page_id = b.page_id
)
SELECT w.doc, w.stamp, w.archived_root, w.aside, w.latest_at,
       CASE WHEN w.fits THEN ARRAY(SELECT s.body FROM read_model.page_segment s
                                    WHERE s.workspace_id = $1 AND s.page_id = w.page_id ORDER BY s.segment) || w.tail END AS segments
  FROM wanted w
