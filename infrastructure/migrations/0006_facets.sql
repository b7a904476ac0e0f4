-- What queries need of a page beside its resource: an index of facets, its place among siblings, and the latest time in its stream.

-- Read models that an older release filled have to be filled anew; this note on their schema says so to whoever opens the database.
DO $$
BEGIN
  IF EXISTS (SELECT FROM daybook.event) THEN
    COMMENT ON SCHEMA read_model IS '0006_facets';
  END IF;
END $$;

ALTER TABLE read_model.page
  -- What metadata events change and the resource does not show, as JSON; empty for nearly every page.
  ADD COLUMN aside bytea NOT NULL DEFAULT '',
  -- Siblings stand in the order of their places.
  ADD COLUMN place text COLLATE "C" NOT NULL DEFAULT '',
  ADD COLUMN page_type text NOT NULL DEFAULT 'page',
  -- The latest time any of the page's events happened at: until then, the page was what it is now.
  ADD COLUMN latest_at timestamptz NOT NULL DEFAULT '-infinity';
-- The deletions that can be undone, each named by the page that was asked for.
CREATE INDEX page_trash ON read_model.page (workspace_id, page_id) WHERE archived_root = page_id;

-- Live pages by the values of their metadata: status, owner, type, dueDate, blockedBy, property:<name>.
CREATE TABLE read_model.page_facet (
  workspace_id uuid NOT NULL,
  facet text COLLATE "C" NOT NULL,
  -- Long texts are cut; what matches is compared with the page itself.
  value text COLLATE "C" NOT NULL,
  number double precision,
  page_id uuid NOT NULL,
  PRIMARY KEY (workspace_id, facet, value, page_id)
);
CREATE INDEX page_facet_number ON read_model.page_facet (workspace_id, facet, number, page_id) WHERE number IS NOT NULL;
SELECT daybook.confine('read_model.page_facet', 'SELECT, INSERT, UPDATE, DELETE');

-- As before, but a unit that changes the page which holds a slug may be about to give it up: that is seen when it is written.
CREATE OR REPLACE FUNCTION daybook.refusals(
  e_unit integer[], e_workspace uuid[], e_stream uuid[], e_version integer[], e_command uuid[],
  p_slugs daybook.slug_claim[], p_parents daybook.parent_need[]
) RETURNS SETOF daybook.append_answer
LANGUAGE sql STABLE AS $$
  SELECT 'duplicate', c.workspace_id, c.unit, known.position, c.command_id
    FROM unnest(e_unit, e_workspace, e_command) c(unit, workspace_id, command_id)
    JOIN daybook.event known ON known.workspace_id = c.workspace_id AND known.command_id = c.command_id
  UNION ALL
  SELECT 'conflict', s.workspace_id, s.unit, coalesce(held.version, 0)::bigint, NULL
    FROM (SELECT unit, workspace_id, stream_id, min(version) - 1 AS expected
            FROM unnest(e_unit, e_workspace, e_stream, e_version) e(unit, workspace_id, stream_id, version)
           GROUP BY unit, workspace_id, stream_id) s
    LEFT JOIN LATERAL (SELECT e.version FROM daybook.event e
                        WHERE e.workspace_id = s.workspace_id AND e.stream_id = s.stream_id ORDER BY e.version DESC LIMIT 1) held ON true
   WHERE coalesce(held.version, 0) <> s.expected
  UNION ALL
  SELECT 'slug_taken', c.workspace_id, c.unit, 0::bigint, NULL FROM unnest(p_slugs) c
   WHERE daybook.slug_is_held(c) AND NOT EXISTS (
     SELECT FROM read_model.page_slug s, unnest(e_unit, e_stream) e(unit, stream_id)
      WHERE s.workspace_id = c.workspace_id AND s.slug = c.slug AND e.unit = c.unit AND e.stream_id = s.page_id
   )
  UNION ALL
  SELECT 'parent_gone', n.workspace_id, n.unit, 0::bigint, NULL FROM unnest(p_parents) n WHERE daybook.parent_is_gone(n)
$$;

-- The append as before, with these columns and rows.
CREATE TYPE daybook.facet_row AS (workspace_id uuid, facet text, value text, number double precision, page_id uuid);
DROP FUNCTION daybook.append;
DROP FUNCTION daybook.write_page_ticks;
DROP FUNCTION daybook.write_pages;
ALTER TYPE daybook.page_row ADD ATTRIBUTE aside bytea, ADD ATTRIBUTE place text, ADD ATTRIBUTE page_type text, ADD ATTRIBUTE latest_at timestamptz;

-- Appends and answers. Each step is an assignment, which PL/pgSQL evaluates at a fraction of what a statement costs.
CREATE FUNCTION daybook.append(
  p_workspaces uuid[],
  -- Events: e_ordinal is 1 for the workspace's first event of this batch, 2 for its second, …
  e_unit integer[], e_workspace uuid[], e_ordinal integer[], e_stream uuid[], e_version integer[], e_schema smallint[],
  e_effective timestamptz[], e_command uuid[], e_type text[], e_data bytea[], e_meta bytea[], e_hash bytea[],
  -- Pages of which only the content changed.
  t_workspace uuid[], t_page uuid[], t_expected integer[], t_before bytea[], t_version integer[], t_stamp bytea[], t_hash bytea[],
  t_bytes integer[], t_segments integer[], t_tail bytea[], t_latest timestamptz[],
  p_pages daybook.page_row[], p_dropped daybook.segment_range[], p_segments daybook.segment_row[],
  p_slugs daybook.slug_claim[], p_parents daybook.parent_need[], p_tallies daybook.tally_change[],
  p_facets_dropped daybook.facet_row[], p_facets daybook.facet_row[],
  -- Normally everything is written at once and what does not fit raises an error, which undoes the whole batch: checking each
  -- append beforehand cost a third of its time. With p_check, what does not fit is named and nothing is written.
  p_check boolean
) RETURNS daybook.append_answer[]
LANGUAGE plpgsql AS $$
DECLARE
  v_bound text;
  v_answers daybook.append_answer[];
  v_rows bigint;
BEGIN
  v_bound := set_config('daybook.workspaces', p_workspaces::text, true);
  -- Its own statement, in workspace order: what follows takes its snapshot after the lock, and two writers cannot deadlock.
  PERFORM 1 FROM daybook.workspace_head h WHERE h.workspace_id = ANY (p_workspaces) ORDER BY h.workspace_id FOR UPDATE;
  IF p_check THEN
    v_answers := ARRAY(SELECT r FROM daybook.refusals(e_unit, e_workspace, e_stream, e_version, e_command, p_slugs, p_parents) r);
    IF cardinality(v_answers) > 0 THEN
      RETURN v_answers;
    END IF;
  END IF;

  v_answers := daybook.write_events(e_workspace, e_ordinal, e_stream, e_version, e_schema, e_effective, e_command,
                                    e_type, e_data, e_meta, e_hash);
  IF cardinality(v_answers) < cardinality(p_workspaces) THEN
    RAISE EXCEPTION 'a workspace of this batch does not exist' USING ERRCODE = 'foreign_key_violation';
  END IF;
  IF cardinality(t_workspace) > 0 THEN
    v_rows := daybook.write_page_ticks(t_workspace, t_page, t_expected, t_before, t_version, t_stamp, t_hash, t_bytes, t_segments, t_tail,
                                       t_latest);
  END IF;
  IF cardinality(p_pages) > 0 THEN
    v_rows := daybook.write_pages(p_pages, p_slugs, p_parents, p_tallies);
  END IF;
  IF cardinality(p_facets_dropped) > 0 THEN
    DELETE FROM read_model.page_facet f USING unnest(p_facets_dropped) d
     WHERE f.workspace_id = d.workspace_id AND f.facet = d.facet AND f.value = d.value AND f.page_id = d.page_id;
  END IF;
  IF cardinality(p_facets) > 0 THEN
    INSERT INTO read_model.page_facet (workspace_id, facet, value, number, page_id)
    SELECT f.workspace_id, f.facet, f.value, f.number, f.page_id FROM unnest(p_facets) f;
  END IF;
  IF cardinality(p_dropped) > 0 THEN
    DELETE FROM read_model.page_segment s USING unnest(p_dropped) d
     WHERE s.workspace_id = d.workspace_id AND s.page_id = d.page_id AND s.segment >= d.first AND s.segment < d.stop;
  END IF;
  IF cardinality(p_segments) > 0 THEN
    INSERT INTO read_model.page_segment (workspace_id, page_id, segment, body)
    SELECT s.workspace_id, s.page_id, s.segment, s.body FROM unnest(p_segments) s;
  END IF;
  RETURN v_answers;
END $$;

-- t_before is the hash of the content that the change was made to: the same version of other content is refused as loudly as can be.
CREATE FUNCTION daybook.write_page_ticks(
  t_workspace uuid[], t_page uuid[], t_expected integer[], t_before bytea[], t_version integer[], t_stamp bytea[], t_hash bytea[],
  t_bytes integer[], t_segments integer[], t_tail bytea[], t_latest timestamptz[]
) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
  v_rows bigint;
BEGIN
  UPDATE read_model.page p
     SET version = t.version, stamp = t.stamp, content_hash = t.content_hash, content_bytes = t.content_bytes,
         segments = t.segments, tail = t.tail, latest_at = t.latest_at
    FROM unnest(t_workspace, t_page, t_expected, t_before, t_version, t_stamp, t_hash, t_bytes, t_segments, t_tail, t_latest)
         t(workspace_id, page_id, expected, before, version, stamp, content_hash, content_bytes, segments, tail, latest_at)
   WHERE p.workspace_id = t.workspace_id AND p.page_id = t.page_id AND p.version = t.expected AND p.content_hash = t.before;
  GET DIAGNOSTICS v_rows = ROW_COUNT;
  IF v_rows < cardinality(t_page) THEN
    RAISE EXCEPTION 'a page has another version than expected' USING ERRCODE = 'triggered_data_change_violation';
  END IF;
  RETURN v_rows;
END $$;

CREATE FUNCTION daybook.write_pages(
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
  INSERT INTO read_model.page_slug (workspace_id, slug, page_id) SELECT c.workspace_id, c.slug, c.page_id FROM unnest(p_slugs) c
  ON CONFLICT (workspace_id, slug) DO UPDATE SET page_id = excluded.page_id;
  INSERT INTO read_model.page_tally AS y (workspace_id, live) SELECT t.workspace_id, t.live FROM unnest(p_tallies) t
  ON CONFLICT (workspace_id) DO UPDATE SET live = y.live + excluded.live;
  RETURN v_rows;
END $$;
