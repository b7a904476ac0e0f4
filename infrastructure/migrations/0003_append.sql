-- The append: one call takes a whole batch, from many callers and for many workspaces, and makes it durable with its read models.
-- Functions that read a read model have their bodies as text, so that they find the tables by name again after a rebuild.
-- What every append brings comes as parallel arrays, which PostgreSQL unpacks twice as fast as arrays of rows; the rest as rows.

-- A page that is new or whose metadata changed; `expected` is the version it must have now, 0 for a new one.
CREATE TYPE daybook.page_row AS (
  workspace_id uuid, page_id uuid, expected integer, parent_id uuid, archived_root uuid, live boolean, slug text, title text, doc bytea,
  version integer, stamp bytea, content_hash bytea, content_bytes integer, segments integer, tail bytea
);
CREATE TYPE daybook.segment_row AS (workspace_id uuid, page_id uuid, segment integer, body bytea);
-- Segments from `first` up to but not including `stop` go away before others are written.
CREATE TYPE daybook.segment_range AS (workspace_id uuid, page_id uuid, first integer, stop integer);
CREATE TYPE daybook.slug_claim AS (unit integer, workspace_id uuid, slug text, page_id uuid);
CREATE TYPE daybook.parent_need AS (unit integer, workspace_id uuid, parent_id uuid);
CREATE TYPE daybook.tally_change AS (workspace_id uuid, live bigint);

-- A unit is what stands or falls together. Either every unit is written and one row per workspace says the position before
-- its first event, or nothing is and one row per refusal names the unit and the reason, so that the others can be sent again.
CREATE TYPE daybook.append_answer AS (outcome text, workspace_id uuid, unit integer, position bigint, command_id uuid);

-- Whether a slug is held: by another live page, as its present slug. Old slugs and those in the trash may be taken over.
CREATE FUNCTION daybook.slug_is_held(claim daybook.slug_claim) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT EXISTS (
    SELECT FROM read_model.page_slug s JOIN read_model.page p ON p.workspace_id = s.workspace_id AND p.page_id = s.page_id
     WHERE s.workspace_id = claim.workspace_id AND s.slug = claim.slug AND s.page_id <> claim.page_id AND p.live AND p.slug = s.slug
  )
$$;

CREATE FUNCTION daybook.parent_is_gone(need daybook.parent_need) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT NOT EXISTS (
    SELECT FROM read_model.page p WHERE p.workspace_id = need.workspace_id AND p.page_id = need.parent_id AND p.live
  )
$$;

-- Why units of a batch cannot be written: a known command (which, and its position), a stale version (with the version the
-- stream has), a slug or a parent that is not to be had.
CREATE FUNCTION daybook.refusals(
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
  SELECT 'slug_taken', c.workspace_id, c.unit, 0::bigint, NULL FROM unnest(p_slugs) c WHERE daybook.slug_is_held(c)
  UNION ALL
  SELECT 'parent_gone', n.workspace_id, n.unit, 0::bigint, NULL FROM unnest(p_parents) n WHERE daybook.parent_is_gone(n)
$$;

-- Appends and answers. Each step is an assignment, which PL/pgSQL evaluates at a fraction of what a statement costs.
CREATE FUNCTION daybook.append(
  p_workspaces uuid[],
  -- Events: e_ordinal is 1 for the workspace's first event of this batch, 2 for its second, …
  e_unit integer[], e_workspace uuid[], e_ordinal integer[], e_stream uuid[], e_version integer[], e_schema smallint[],
  e_effective timestamptz[], e_command uuid[], e_type text[], e_data bytea[], e_meta bytea[], e_hash bytea[],
  -- Pages of which only the content changed.
  t_workspace uuid[], t_page uuid[], t_expected integer[], t_before bytea[], t_version integer[], t_stamp bytea[], t_hash bytea[],
  t_bytes integer[], t_segments integer[], t_tail bytea[],
  p_pages daybook.page_row[], p_dropped daybook.segment_range[], p_segments daybook.segment_row[],
  p_slugs daybook.slug_claim[], p_parents daybook.parent_need[], p_tallies daybook.tally_change[],
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
    v_rows := daybook.write_page_ticks(t_workspace, t_page, t_expected, t_before, t_version, t_stamp, t_hash, t_bytes, t_segments, t_tail);
  END IF;
  IF cardinality(p_pages) > 0 THEN
    v_rows := daybook.write_pages(p_pages, p_slugs, p_parents, p_tallies);
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

-- Moves the heads and inserts the events; answers the position before each workspace's first.
CREATE FUNCTION daybook.write_events(
  e_workspace uuid[], e_ordinal integer[], e_stream uuid[], e_version integer[], e_schema smallint[],
  e_effective timestamptz[], e_command uuid[], e_type text[], e_data bytea[], e_meta bytea[], e_hash bytea[]
) RETURNS daybook.append_answer[]
LANGUAGE plpgsql AS $$
DECLARE
  v_now timestamptz := clock_timestamp();
  v_written daybook.append_answer[];
BEGIN
  WITH batch AS MATERIALIZED (
    SELECT workspace_id, count(*) AS events, sha256(string_agg(hash, ''::bytea ORDER BY ordinal)) AS digest
      FROM unnest(e_workspace, e_ordinal, e_hash) e(workspace_id, ordinal, hash) GROUP BY workspace_id
  ), head AS (
    UPDATE daybook.workspace_head h
       SET position = h.position + b.events,
           -- Clocks of two machines may disagree; the record's own time never runs backwards.
           recorded_at = greatest(v_now, h.recorded_at),
           chain = sha256(h.chain || timestamptz_send(greatest(v_now, h.recorded_at)) || b.digest)
      FROM batch b WHERE h.workspace_id = b.workspace_id
    RETURNING h.workspace_id, h.position, h.position - b.events AS base, h.recorded_at, h.chain
  ), written AS (
    INSERT INTO daybook.event (workspace_id, position, stream_id, version, schema_version, effective_at, recorded_at,
                               command_id, type, data, meta, hash, chain)
    SELECT e.workspace_id, head.base + e.ordinal, e.stream_id, e.version, e.schema_version, e.effective_at, head.recorded_at,
           e.command_id, e.type, e.data, e.meta, e.hash, CASE WHEN head.base + e.ordinal = head.position THEN head.chain END
      FROM unnest(e_workspace, e_ordinal, e_stream, e_version, e_schema, e_effective, e_command, e_type, e_data, e_meta, e_hash)
           e(workspace_id, ordinal, stream_id, version, schema_version, effective_at, command_id, type, data, meta, hash)
      JOIN head ON head.workspace_id = e.workspace_id
  )
  SELECT coalesce(array_agg(('written', head.workspace_id, NULL, head.base, NULL)::daybook.append_answer), '{}') INTO v_written FROM head;
  RETURN v_written;
END $$;

-- t_before is the hash of the content that the change was made to: the same version of other content is refused as loudly as can be.
CREATE FUNCTION daybook.write_page_ticks(
  t_workspace uuid[], t_page uuid[], t_expected integer[], t_before bytea[], t_version integer[], t_stamp bytea[], t_hash bytea[],
  t_bytes integer[], t_segments integer[], t_tail bytea[]
) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
  v_rows bigint;
BEGIN
  UPDATE read_model.page p
     SET version = t.version, stamp = t.stamp, content_hash = t.content_hash, content_bytes = t.content_bytes,
         segments = t.segments, tail = t.tail
    FROM unnest(t_workspace, t_page, t_expected, t_before, t_version, t_stamp, t_hash, t_bytes, t_segments, t_tail)
         t(workspace_id, page_id, expected, before, version, stamp, content_hash, content_bytes, segments, tail)
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
  IF EXISTS (SELECT FROM unnest(p_slugs) c WHERE daybook.slug_is_held(c))
     OR EXISTS (SELECT FROM unnest(p_parents) n WHERE daybook.parent_is_gone(n)) THEN
    RAISE EXCEPTION 'a slug or a parent is not to be had' USING ERRCODE = 'triggered_data_change_violation';
  END IF;
  INSERT INTO read_model.page AS p (workspace_id, page_id, parent_id, archived_root, live, slug, title, doc,
                                    version, stamp, content_hash, content_bytes, segments, tail)
  SELECT r.workspace_id, r.page_id, r.parent_id, r.archived_root, r.live, r.slug, r.title, r.doc,
         r.version, r.stamp, r.content_hash, r.content_bytes, r.segments, r.tail FROM unnest(p_pages) r
  ON CONFLICT (workspace_id, page_id) DO UPDATE SET
    parent_id = excluded.parent_id, archived_root = excluded.archived_root, live = excluded.live, slug = excluded.slug,
    title = excluded.title, doc = excluded.doc, version = excluded.version, stamp = excluded.stamp,
    content_hash = excluded.content_hash, content_bytes = excluded.content_bytes, segments = excluded.segments, tail = excluded.tail
   WHERE p.version = (SELECT r.expected FROM unnest(p_pages) r WHERE r.workspace_id = p.workspace_id AND r.page_id = p.page_id);
  GET DIAGNOSTICS v_rows = ROW_COUNT;
  IF v_rows < cardinality(p_pages) THEN
    RAISE EXCEPTION 'a page has another version than expected' USING ERRCODE = 'triggered_data_change_violation';
  END IF;
  INSERT INTO read_model.page_slug (workspace_id, slug, page_id) SELECT c.workspace_id, c.slug, c.page_id FROM unnest(p_slugs) c
  ON CONFLICT (workspace_id, slug) DO UPDATE SET page_id = excluded.page_id;
  INSERT INTO read_model.page_tally AS y (workspace_id, live) SELECT t.workspace_id, t.live FROM unnest(p_tallies) t
  ON CONFLICT (workspace_id) DO UPDATE SET live = y.live + excluded.live;
  RETURN v_rows;
END $$;

-- The first free slug of base, base-2, base-3, …: doubles its step until one is free, then halves back, so that ten thousand
-- pages called "Untitled" cost a few probes and not ten thousand. A live page keeps its old slugs from being given away unasked.
CREATE FUNCTION daybook.free_slug(p_workspace uuid, p_base text, p_avoid text[]) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
  v_taken bigint := 1;
  v_free bigint := 2;
  v_middle bigint;
BEGIN
  IF NOT daybook.slug_is_known(p_workspace, p_base, p_avoid) THEN
    RETURN p_base;
  END IF;
  WHILE daybook.slug_is_known(p_workspace, p_base || '-' || v_free, p_avoid) LOOP
    v_taken := v_free;
    v_free := v_free * 2;
  END LOOP;
  WHILE v_free - v_taken > 1 LOOP
    v_middle := (v_free + v_taken) / 2;
    IF daybook.slug_is_known(p_workspace, p_base || '-' || v_middle, p_avoid) THEN
      v_taken := v_middle;
    ELSE
      v_free := v_middle;
    END IF;
  END LOOP;
  RETURN p_base || '-' || v_free;
END $$;

CREATE FUNCTION daybook.slug_is_known(p_workspace uuid, p_slug text, p_avoid text[]) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT p_slug = ANY (p_avoid) OR EXISTS (
    SELECT FROM read_model.page_slug s JOIN read_model.page p ON p.workspace_id = s.workspace_id AND p.page_id = s.page_id
     WHERE s.workspace_id = p_workspace AND s.slug = p_slug AND p.live
  )
$$;
