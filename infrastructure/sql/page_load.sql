-- A page as its commands need it: the whole state in one read.
SELECT p.doc, p.stamp, p.archived_root, p.aside, p.latest_at,
       ARRAY(SELECT s.body FROM read_model.page_segment s
              WHERE s.workspace_id = p.workspace_id AND s.page_id = p.page_id ORDER BY s.segment) || p.tail AS segments
  FROM read_model.page p
 WHERE p.workspace_id = $1 AND p.page_id = $2
