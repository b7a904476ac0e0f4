-- What a tag of a page needs beside its version: whether an address may have shown another page, or a parent another slug.

-- Read models that an older release filled have to be filled anew; this note on their schema says so to whoever opens the database.
DO $$
BEGIN
  IF EXISTS (SELECT FROM daybook.event) THEN
    COMMENT ON SCHEMA read_model IS '0011_slug_claims';
  END IF;
END $$;

ALTER TABLE read_model.page_slug
  -- Several pages have had it, one after the other.
  ADD COLUMN contested boolean NOT NULL DEFAULT false,
  -- Its page was made with it, and no other has ever had it.
  ADD COLUMN original boolean NOT NULL DEFAULT false;
ALTER TYPE daybook.slug_claim ADD ATTRIBUTE contested boolean, ADD ATTRIBUTE original boolean;

-- As before; a claim now says what became of the slug.
CREATE OR REPLACE FUNCTION daybook.write_pages(
  p_pages daybook.page_row[], p_slugs daybook.slug_claim[], p_parents daybook.parent_need[], p_tallies daybook.tally_change[]
) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
  v_rows bigint;
BEGIN
  INSERT INTO read_model.page AS p (workspace_id, page_id, parent_id, archived_root, live, slug, title, doc,
                                    version, stamp, content_hash, content_bytes, segments, tail,
                                    aside, place, page_type, latest_at)
  SELECT r.workspace_id, r.page_id, r.parent_id, r.archived_root, r.live, r.slug, r.title, r.doc,
         r.version, r.stamp, r.content_hash, r.content_bytes, r.segments, r.tail,
         r.aside, r.place, r.page_type, r.latest_at FROM unnest(p_pages) r
  ON CONFLICT (workspace_id, page_id) DO UPDATE SET
    parent_id = excluded.parent_id, archived_root = excluded.archived_root, live = excluded.live, slug = excluded.slug,
    title = excluded.title, doc = excluded.doc, version = excluded.version, stamp = excluded.stamp,
    content_hash = excluded.content_hash, content_bytes = excluded.content_bytes, segments = excluded.segments, tail = excluded.tail,
    aside = excluded.aside, place = excluded.place, page_type = excluded.page_type, latest_at = excluded.latest_at
   WHERE p.version = (SELECT r.expected FROM unnest(p_pages) r WHERE r.workspace_id = p.workspace_id AND r.page_id = p.page_id);
  GET DIAGNOSTICS v_rows = ROW_COUNT;
  IF v_rows < cardinality(p_pages) THEN
    RAISE EXCEPTION 'a page has another version than expected' USING ERRCODE = 'triggered_data_change_violation';
  END IF;
  -- Only now, because one command may give a slug up on one page and take it for another.
  IF EXISTS (SELECT FROM unnest(p_slugs) c WHERE daybook.slug_is_held(c))
     OR EXISTS (SELECT FROM unnest(p_parents) n WHERE daybook.parent_is_gone(n)) THEN
    RAISE EXCEPTION 'a slug or a parent is not to be had' USING ERRCODE = 'triggered_data_change_violation';
  END IF;
  INSERT INTO read_model.page_slug AS s (workspace_id, slug, page_id, contested, original)
  SELECT c.workspace_id, c.slug, c.page_id, c.contested, c.original AND NOT c.contested FROM unnest(p_slugs) c
  ON CONFLICT (workspace_id, slug) DO UPDATE SET
    page_id = excluded.page_id,
    contested = s.contested OR excluded.contested OR s.page_id <> excluded.page_id,
    original = (s.original OR excluded.original) AND NOT (s.contested OR excluded.contested OR s.page_id <> excluded.page_id);
  INSERT INTO read_model.page_tally AS y (workspace_id, live) SELECT t.workspace_id, t.live FROM unnest(p_tallies) t
  ON CONFLICT (workspace_id) DO UPDATE SET live = y.live + excluded.live;
  RETURN v_rows;
END $$;
