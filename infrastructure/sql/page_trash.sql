-- Pages that were deleted and can be restored, newest deletion first, each with how many went with it.
WITH deleted AS MATERIALIZED (
  SELECT p.page_id, p.archived_at FROM (
    SELECT d.page_id, substring(convert_from(d.doc, 'UTF8') FROM '"archivedAt":"([^"]*)"$') AS archived_at
      FROM read_model.page d WHERE d.workspace_id = $1 AND d.archived_root = d.page_id
  ) p
), chosen AS MATERIALIZED (
  SELECT d.page_id, row_number() OVER (ORDER BY d.archived_at DESC, d.page_id) AS nth FROM deleted d
   ORDER BY d.archived_at DESC, d.page_id LIMIT $2 OFFSET $3
)
SELECT t.total, c.doc, c.stamp, c.parent_slug, c.below
  FROM (SELECT count(*) AS total FROM deleted) t
  LEFT JOIN (
    SELECT chosen.nth, p.* FROM chosen CROSS JOIN LATERAL (
      SELECT p.doc, p.stamp,
             (SELECT parent.slug FROM read_model.page parent WHERE parent.workspace_id = $1 AND parent.page_id = p.parent_id) AS parent_slug,
             (SELECT count(*) FROM read_model.page b WHERE b.workspace_id = $1 AND b.archived_root = p.page_id AND b.page_id <> p.page_id)
               AS below
        FROM read_model.page p WHERE p.workspace_id = $1 AND p.page_id = chosen.page_id OFFSET 0
    ) p
  ) c ON true
 ORDER BY c.nth
