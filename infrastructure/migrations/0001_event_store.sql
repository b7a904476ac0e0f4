-- The log: one append-only table, one head row per workspace, and what confines every reader to its workspaces.
-- Every key starts with workspace_id, so the same schema runs on one server, on partitions, or distributed by workspace.

CREATE SCHEMA daybook;

-- The service connects as (or takes, see docs/reference/settings.md) this role. It owns nothing and cannot bypass row-level security.
DO $$
BEGIN
  -- Roles belong to the whole cluster: another database of it may have made this one, or an administrator for an owner who may not.
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'daybook_service') THEN
    CREATE ROLE daybook_service LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
  END IF;
EXCEPTION
  -- Made by another at this moment.
  WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
DO $$
BEGIN
  IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
    EXECUTE format('GRANT daybook_service TO %I', current_user);
  END IF;
EXCEPTION
  WHEN insufficient_privilege THEN
    -- Whoever may not grant it can still have been granted it.
    IF NOT pg_has_role(current_user, 'daybook_service', 'MEMBER') THEN
      RAISE;
    END IF;
END $$;
GRANT USAGE ON SCHEMA daybook TO daybook_service;

-- The workspaces this session may touch. Unset means none, so a forgotten binding reads nothing instead of everything.
CREATE FUNCTION daybook.visible_workspaces() RETURNS uuid[]
LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(nullif(current_setting('daybook.workspaces', true), ''), '{}')::uuid[];

-- Confines one table to the visible workspaces and grants the service the named privileges on it.
CREATE FUNCTION daybook.confine(guarded regclass, privileges text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', guarded);
  -- The sub-select is evaluated once per statement; a bare call would run once per row.
  EXECUTE format('CREATE POLICY confined ON %s USING (workspace_id = ANY ((SELECT daybook.visible_workspaces())::uuid[]))', guarded);
  EXECUTE format('GRANT %s ON %s TO daybook_service', privileges, guarded);
END $$;

-- The only serialisation point: the last position given out and the hash chain up to it.
CREATE TABLE daybook.workspace_head (
  workspace_id uuid PRIMARY KEY,
  position bigint NOT NULL,
  chain bytea NOT NULL,
  recorded_at timestamptz NOT NULL
) WITH (fillfactor = 50);
SELECT daybook.confine('daybook.workspace_head', 'SELECT, INSERT, UPDATE');

CREATE TABLE daybook.event (
  workspace_id uuid NOT NULL,
  position bigint NOT NULL,
  stream_id uuid NOT NULL,
  version integer NOT NULL,
  schema_version smallint NOT NULL,
  -- When it happened, as the writer says; an imported history brings its own dates.
  effective_at timestamptz NOT NULL,
  -- When this log took it in; never earlier than that of the event before.
  recorded_at timestamptz NOT NULL,
  -- On the last event of a command's first stream: what makes a retry safe, and says where its answer can be read off.
  command_id uuid,
  type text NOT NULL,
  -- The exact JSON bytes, so that what is hashed is what is stored.
  data bytea NOT NULL,
  meta bytea NOT NULL,
  hash bytea NOT NULL,
  -- On the last event of each batch: the chain up to here, which also marks where batches end.
  chain bytea,
  PRIMARY KEY (workspace_id, stream_id, version)
);
CREATE UNIQUE INDEX event_position ON daybook.event (workspace_id, position);
CREATE UNIQUE INDEX event_command ON daybook.event (workspace_id, command_id) WHERE command_id IS NOT NULL;
SELECT daybook.confine('daybook.event', 'SELECT, INSERT');

-- Where each projection (and each reader that tracks its own place) has got to.
CREATE TABLE daybook.checkpoint (
  workspace_id uuid NOT NULL,
  projection text NOT NULL,
  generation integer NOT NULL DEFAULT 1,
  position bigint NOT NULL,
  PRIMARY KEY (workspace_id, projection, generation)
);
SELECT daybook.confine('daybook.checkpoint', 'SELECT, INSERT, UPDATE');

-- Privileges keep the service from rewriting the log; this trigger keeps everybody else from doing it by accident.
CREATE FUNCTION daybook.refuse_rewrite() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the event log is append-only: % is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON daybook.event
  FOR EACH STATEMENT EXECUTE FUNCTION daybook.refuse_rewrite();
