-- Entities of a kind in the order of their ref_ids, and after them (`beside`) those of other kinds ($9) that belong to them.
WITH selected AS MATERIALIZED (
  SELECT e.ref_id, e.owner, e.kind, e.doc FROM read_model.entity e
   WHERE e.workspace_id = $1 AND e.kind = $2 AND NOT e.removed AND ($3::boolean OR NOT e.archived)
     AND ($4::bigint[] IS NULL OR e.ref_id = ANY ($4)) AND ($5::bigint IS NULL OR e.owner = $5) AND e.ref_id > $6
   ORDER BY e.ref_id LIMIT $7 OFFSET $8
)
SELECT false AS beside, s.ref_id, s.owner, s.kind, s.doc FROM selected s
UNION ALL
SELECT true, b.ref_id, b.owner, b.kind, b.doc
  FROM selected s
  JOIN read_model.entity b ON b.owner = s.ref_id
 WHERE b.workspace_id = $1 AND b.kind = ANY ($9::text[]) AND NOT b.removed AND ($3::boolean OR NOT b.archived)
 ORDER BY 1, 2
