-- Keeps a version of a page whole.
INSERT INTO read_model.page_snapshot (workspace_id, page_id, version, position, latest_at, archived_root, doc, aside, stamp,
                                      content_hash, content_bytes, content)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
