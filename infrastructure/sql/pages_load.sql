-- Several pages, each as page_load gives it; no contents at all where together they have more than $3 bytes.
WITH wanted AS MATERIALIZED (
  SELECT p.page_id, p.doc, p.stamp, p.archived_root, p.aside, p.latest_at, p.tail, sum(p.content_bytes) OVER () <= $3 AS fits
    FROM read_model.page p
   WHERE p.workspace_id = $1 AND p.page_id = ANY ($2)
)
SELECT w.doc, w.stamp, w.archived_root, w.aside, w.latest_at,
       CASE WHEN w.fits THEN ARRAY(SELECT s.body FROM read_model.page_segment s
                                    WHERE s.workspace_id = $1 AND s.page_id = w.page_id ORDER BY s.segment) || w.tail END AS segments
  FROM wanted w
