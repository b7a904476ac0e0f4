-- All events of entities: of a kind, or by their ref_ids, or of those of some kinds that belong to others. Only what is there today.
SELECT n.stream_id, n.kind, e.type, e.schema_version, e.data, e.meta, e.version, e.effective_at
  FROM read_model.entity n JOIN daybook.event e ON e.workspace_id = $1 AND e.stream_id = n.stream_id
 WHERE n.workspace_id = $1 AND NOT n.removed AND ($2::text[] IS NULL OR n.kind = ANY ($2))
   AND ($3::bigint[] IS NULL OR n.ref_id = ANY ($3)) AND ($4::bigint[] IS NULL OR n.owner = ANY ($4))
 ORDER BY n.ref_id, e.version
