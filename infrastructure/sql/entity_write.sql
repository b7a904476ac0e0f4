-- The read model of an entity of planning.
INSERT INTO read_model.entity (workspace_id, stream_id, ref_id, kind, owner, archived, along_with, removed, key, version, doc)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (workspace_id, ref_id) DO UPDATE SET
  owner = excluded.owner, archived = excluded.archived, along_with = excluded.along_with, removed = excluded.removed,
  key = excluded.key, version = excluded.version, doc = excluded.doc
