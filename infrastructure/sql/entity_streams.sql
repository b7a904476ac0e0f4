-- Streams of entities that are there today, after a ref_id: of a kind, or by their ref_ids, or of what belongs to others.
SELECT n.ref_id, n.stream_id FROM read_model.entity n
 WHERE n.workspace_id = $1 AND NOT n.removed AND n.ref_id > $2 AND ($3::text IS NULL OR n.kind = $3)
   AND ($4::bigint[] IS NULL OR n.ref_id = ANY ($4)) AND ($5::bigint[] IS NULL OR n.owner = ANY ($5))
 ORDER BY n.ref_id LIMIT $6
