-- Everything in the schema read_model can be dropped and refilled from the log (`daybook rebuild`), byte for byte.

CREATE SCHEMA read_model;
GRANT USAGE ON SCHEMA read_model TO daybook_service;

CREATE TABLE read_model.workspace (
  workspace_id uuid PRIMARY KEY,
  -- Unique over all workspaces, which `workspace_begin` sees to: every key here leads with workspace_id.
  name text NOT NULL,
  created_at timestamptz NOT NULL
);
SELECT daybook.confine('read_model.workspace', 'SELECT, INSERT, UPDATE, DELETE');

CREATE TABLE read_model.api_key (
  workspace_id uuid NOT NULL,
  -- Unique over all workspaces, because a sequence gives it out.
  key_id bigint NOT NULL,
  stream_id uuid NOT NULL,
  name text NOT NULL,
  environment text NOT NULL,
  -- HMAC-SHA-256 under the server's key: the secret itself is never stored.
  secret_hash bytea NOT NULL,
  last_four text NOT NULL,
  created_at timestamptz NOT NULL,
  revoked_at timestamptz,
  PRIMARY KEY (workspace_id, stream_id)
);
CREATE INDEX api_key_number ON read_model.api_key (key_id);
SELECT daybook.confine('read_model.api_key', 'SELECT, INSERT, UPDATE, DELETE');

-- Numbers in a key's text (`ak_local_2`) are unique over all workspaces, because a key is looked up before its workspace is known.
CREATE SEQUENCE daybook.api_key_number;
GRANT USAGE ON SEQUENCE daybook.api_key_number TO daybook_service;

-- The one look-up that cannot know its workspace yet. It answers one key by number and nothing else.
CREATE FUNCTION daybook.find_api_key(number bigint)
RETURNS TABLE (workspace_id uuid, stream_id uuid, name text, environment text, secret_hash bytea, revoked_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
AS $$ SELECT k.workspace_id, k.stream_id, k.name, k.environment, k.secret_hash, k.revoked_at
      FROM read_model.api_key k WHERE k.key_id = number $$;

CREATE TABLE read_model.page (
  workspace_id uuid NOT NULL,
  page_id uuid NOT NULL,
  parent_id uuid,
  -- Which deletion put the page in the trash: the page it was asked for.
  archived_root uuid,
  live boolean NOT NULL,
  slug text NOT NULL,
  title text NOT NULL,
  -- The resource's final JSON members, without braces: what only metadata events change ...
  doc bytea NOT NULL,
  -- ... and what every event changes, kept apart and last so that an append writes few bytes of WAL.
  version integer NOT NULL,
  stamp bytea NOT NULL,
  content_hash bytea NOT NULL,
  content_bytes integer NOT NULL,
  segments integer NOT NULL,
  -- The end of the content; whatever is before it lies in page_segment.
  tail bytea NOT NULL,
  PRIMARY KEY (workspace_id, page_id)
) WITH (fillfactor = 60);
CREATE INDEX page_live ON read_model.page (workspace_id, page_id) WHERE live;
-- Partial, so that no plan made before there were statistics can mistake it for a way to a page by its id.
CREATE INDEX page_parent ON read_model.page (workspace_id, parent_id) WHERE parent_id IS NOT NULL;
SELECT daybook.confine('read_model.page', 'SELECT, INSERT, UPDATE, DELETE');

CREATE TABLE read_model.page_segment (
  workspace_id uuid NOT NULL,
  page_id uuid NOT NULL,
  segment integer NOT NULL,
  body bytea NOT NULL,
  PRIMARY KEY (workspace_id, page_id, segment)
);
SELECT daybook.confine('read_model.page_segment', 'SELECT, INSERT, UPDATE, DELETE');

-- Every slug a page has had. The page that claimed it last has it; a live page's present slug cannot be claimed by another.
CREATE TABLE read_model.page_slug (
  workspace_id uuid NOT NULL,
  slug text NOT NULL,
  page_id uuid NOT NULL,
  PRIMARY KEY (workspace_id, slug)
);
SELECT daybook.confine('read_model.page_slug', 'SELECT, INSERT, UPDATE, DELETE');

-- How many pages a list could return, counted as they come and go: counting 100,000 rows for each list would cost more than the list.
CREATE TABLE read_model.page_tally (
  workspace_id uuid PRIMARY KEY,
  live bigint NOT NULL
) WITH (fillfactor = 50);
SELECT daybook.confine('read_model.page_tally', 'SELECT, INSERT, UPDATE, DELETE');
