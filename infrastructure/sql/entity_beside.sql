-- What a statement selects, without its kind, and what of some kinds belongs to that; in one statement, because both are of one
-- moment.
WITH selected AS MATERIALIZED ({selected})
SELECT s.ref_id, s.owner, NULL AS kind, s.doc FROM selected s
UNION ALL
SELECT b.ref_id, b.owner, b.kind, b.doc FROM read_model.entity b
 WHERE b.workspace_id = $1 AND b.owner = ANY (ARRAY(SELECT s.ref_id FROM selected s)) AND b.kind = ANY ({kinds}::text[])
   AND NOT b.removed AND ($3::boolean OR NOT b.archived)
