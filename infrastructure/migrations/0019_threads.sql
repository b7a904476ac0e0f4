-- Threads. What was said in them is read from their streams.

CREATE TABLE read_model.thread (
  workspace_id uuid NOT NULL,
  thread_id uuid NOT NULL,
  -- The other id by which a thread is known.
  provider_thread_id text NOT NULL,
  -- Whose it is: by kind and id, because names change.
  author text NOT NULL,
  shared boolean NOT NULL,
  -- False in the trash.
  live boolean NOT NULL,
  created_at timestamptz NOT NULL,
  -- From when on the first of its open questions is given up.
  overdue_from timestamptz,
  version integer NOT NULL,
  -- The whole state, as JSON.
  doc bytea NOT NULL,
  PRIMARY KEY (workspace_id, thread_id)
);
CREATE UNIQUE INDEX thread_provider ON read_model.thread (workspace_id, provider_thread_id);
-- Lists are of one's own and of what is shared.
CREATE INDEX thread_own ON read_model.thread (workspace_id, author, live, created_at, thread_id);
CREATE INDEX thread_shared ON read_model.thread (workspace_id, live, created_at, thread_id) WHERE shared;
CREATE INDEX thread_overdue ON read_model.thread (overdue_from) WHERE overdue_from IS NOT NULL;
SELECT daybook.confine('read_model.thread', 'SELECT, INSERT, UPDATE, DELETE');

-- Questions that some process did not live to answer are found without knowing whose they are.
CREATE FUNCTION daybook.overdue_threads(p_now timestamptz) RETURNS TABLE (workspace_id uuid, thread_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
AS $$
  SELECT t.workspace_id, t.thread_id FROM read_model.thread t WHERE t.overdue_from <= p_now LIMIT 1000;
$$;
REVOKE EXECUTE ON FUNCTION daybook.overdue_threads(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION daybook.overdue_threads(timestamptz) TO daybook_service;
