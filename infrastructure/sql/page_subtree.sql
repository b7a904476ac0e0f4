-- A page and all below it, parents first, each as page_load gives it. UNION (not ALL) ends even if a cycle should ever stand in the tree.
WITH RECURSIVE below AS (
  SELECT $2::uuid AS page_id, 0 AS depth
  UNION
  SELECT p.page_id, b.depth + 1 FROM read_model.page p JOIN below b ON p.parent_id = b.page_id WHERE p.workspace_id = $1
)
SELECT p.doc, p.stamp, p.archived_root, p.aside, p.latest_at,
       ARRAY(SELECT s.body FROM read_model.page_segment s
              WHERE s.workspace_id = p.workspace_id AND s.page_id = p.page_id ORDER BY s.segment) || p.tail AS segments
  FROM below b JOIN read_model.page p ON p.workspace_id = $1 AND p.page_id = b.page_id
 ORDER BY b.depth, p.page_id
