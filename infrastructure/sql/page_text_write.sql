-- Keeps parts of pages' texts, where they are not kept already.
INSERT INTO read_model.page_text AS t (workspace_id, page_id, part, body)
SELECT $1, n.page_id, n.part, n.body FROM unnest($2::uuid[], $3::integer[], $4::text[]) n(page_id, part, body)
ON CONFLICT (workspace_id, page_id, part) DO UPDATE SET body = excluded.body WHERE t.body <> excluded.body
