-- Lets go of the parts that pages' texts no longer have.
DELETE FROM read_model.page_text t USING unnest($2::uuid[], $3::integer[]) n(page_id, parts)
 WHERE t.workspace_id = $1 AND t.page_id = n.page_id AND t.part >= n.parts
