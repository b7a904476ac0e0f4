-- The read model of an update, a milestone or a principle.
INSERT INTO read_model.item (workspace_id, item_id, kind, page_id, live, standing, moment, version, doc)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (workspace_id, item_id) DO UPDATE SET
  page_id = excluded.page_id, live = excluded.live, standing = excluded.standing, moment = excluded.moment,
  version = excluded.version, doc = excluded.doc
