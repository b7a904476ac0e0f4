-- Access: people in workspaces, what keys may do, sign-in by e-mail, and the service's own log.

-- What belongs to no workspace, such as the keys that access tokens are signed with, is written down in a log of the service's own.
INSERT INTO daybook.workspace_head (workspace_id, position, chain, recorded_at)
VALUES ('00000000-0000-0000-0000-000000000001', 0, '', '-infinity') ON CONFLICT DO NOTHING;

-- Keys get members that the rows of an older release do not have.
DO $$
BEGIN
  IF EXISTS (SELECT FROM daybook.event) THEN
    COMMENT ON SCHEMA read_model IS '0015_access';
  END IF;
END $$;
ALTER TABLE read_model.api_key
  ADD COLUMN scopes text[] NOT NULL DEFAULT '{*}',
  ADD COLUMN expires_at timestamptz,
  -- The whole state, as JSON.
  ADD COLUMN doc bytea NOT NULL DEFAULT '';
DROP FUNCTION daybook.find_api_key(bigint);
CREATE FUNCTION daybook.find_api_key(number bigint)
RETURNS TABLE (workspace_id uuid, name text, environment text, secret_hash bytea, scopes text[], expires_at timestamptz,
               revoked_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
AS $$ SELECT k.workspace_id, k.name, k.environment, k.secret_hash, k.scopes, k.expires_at, k.revoked_at
        FROM read_model.api_key k WHERE k.key_id = number $$;

CREATE TABLE read_model.member (
  workspace_id uuid NOT NULL,
  -- Follows from the e-mail address, so a person has the same one in every workspace.
  member_id uuid NOT NULL,
  role text NOT NULL,
  status text NOT NULL,
  joined_at timestamptz,
  version integer NOT NULL,
  -- The whole state, as JSON.
  doc bytea NOT NULL,
  PRIMARY KEY (workspace_id, member_id)
);
CREATE INDEX member_person ON read_model.member (member_id);
SELECT daybook.confine('read_model.member', 'SELECT, INSERT, UPDATE, DELETE');

CREATE TABLE read_model.signing_key (
  workspace_id uuid NOT NULL,
  stream_id uuid NOT NULL,
  number integer NOT NULL,
  salt text NOT NULL,
  made_at timestamptz NOT NULL,
  version integer NOT NULL,
  retired_at timestamptz,
  PRIMARY KEY (workspace_id, stream_id)
);
SELECT daybook.confine('read_model.signing_key', 'SELECT, INSERT, UPDATE, DELETE');

-- What follows is operational, and a rebuild leaves it alone: secrets in their hashed form, and counts. It belongs to the service's
-- own log, but for the use of keys.

-- The one live code of an address. An address nobody knows has one as well, so that nothing tells the two apart.
CREATE TABLE daybook.sign_in_code (
  workspace_id uuid NOT NULL,
  -- Keyed hashes, both.
  address_hash bytea NOT NULL,
  code_hash bytea NOT NULL,
  tries integer NOT NULL DEFAULT 0,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, address_hash)
);
CREATE INDEX sign_in_code_age ON daybook.sign_in_code (workspace_id, expires_at);
SELECT daybook.confine('daybook.sign_in_code', 'SELECT, INSERT, UPDATE, DELETE');

CREATE TABLE daybook.session (
  workspace_id uuid NOT NULL,
  session_id uuid NOT NULL,
  person_id uuid NOT NULL,
  email text NOT NULL,
  -- Whose logs tell of its beginning, and so of its end.
  told uuid[] NOT NULL,
  started_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  ended_at timestamptz,
  PRIMARY KEY (workspace_id, session_id)
);
CREATE INDEX session_age ON daybook.session (workspace_id, expires_at);
SELECT daybook.confine('daybook.session', 'SELECT, INSERT, UPDATE, DELETE');

-- Every refresh token of a session that is not over: the one that is good, and those that were spent.
CREATE TABLE daybook.refresh_token (
  workspace_id uuid NOT NULL,
  token_hash bytea NOT NULL,
  session_id uuid NOT NULL,
  spent_at timestamptz,
  PRIMARY KEY (workspace_id, token_hash),
  FOREIGN KEY (workspace_id, session_id) REFERENCES daybook.session ON DELETE CASCADE
);
CREATE INDEX refresh_token_session ON daybook.refresh_token (workspace_id, session_id);
SELECT daybook.confine('daybook.refresh_token', 'SELECT, INSERT, UPDATE, DELETE');

CREATE TABLE daybook.key_use (
  workspace_id uuid NOT NULL,
  key_id bigint NOT NULL,
  last_used_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, key_id)
) WITH (fillfactor = 50);
SELECT daybook.confine('daybook.key_use', 'SELECT, INSERT, UPDATE, DELETE');

-- The workspaces of a person. Like the look-up of a key, it cannot know the workspace yet, and it answers nothing else.
CREATE FUNCTION daybook.find_memberships(p_person uuid)
RETURNS TABLE (workspace_id uuid, workspace text, doc bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
AS $$ SELECT m.workspace_id, w.name, m.doc
        FROM read_model.member m JOIN read_model.workspace w ON w.workspace_id = m.workspace_id
       WHERE m.member_id = p_person AND m.status <> 'removed'
       ORDER BY m.joined_at NULLS LAST, m.workspace_id $$;

-- When a session began; null if it is over.
CREATE FUNCTION daybook.session_began(p_session uuid, p_now timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
AS $$ SELECT s.started_at FROM daybook.session s
       WHERE s.workspace_id = '00000000-0000-0000-0000-000000000001' AND s.session_id = p_session
         AND s.ended_at IS NULL AND s.expires_at > p_now $$;

-- Spends a refresh token and puts another in its place. One that was spent before ends its session: somebody else has it too.
CREATE FUNCTION daybook.spend_refresh_token(p_workspace uuid, p_token bytea, p_next bytea, p_now timestamptz)
RETURNS TABLE (outcome text, session_id uuid, person_id uuid, email text, told uuid[], started_at timestamptz, expires_at timestamptz)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  v_token daybook.refresh_token;
  v_session daybook.session;
  v_outcome text := 'good';
BEGIN
  -- The session is locked first and always, so that of two who come at once the second sees what the first did.
  SELECT t.* INTO v_token FROM daybook.refresh_token t WHERE t.workspace_id = p_workspace AND t.token_hash = p_token;
  SELECT s.* INTO v_session FROM daybook.session s
   WHERE s.workspace_id = p_workspace AND s.session_id = v_token.session_id FOR UPDATE;
  IF v_session.session_id IS NULL OR v_session.ended_at IS NOT NULL OR v_session.expires_at <= p_now THEN
    RETURN;
  END IF;
  UPDATE daybook.refresh_token t SET spent_at = p_now
   WHERE t.workspace_id = p_workspace AND t.token_hash = p_token AND t.spent_at IS NULL;
  IF FOUND THEN
    INSERT INTO daybook.refresh_token (workspace_id, token_hash, session_id) VALUES (p_workspace, p_next, v_session.session_id);
  ELSE
    v_outcome := 'reused';
    UPDATE daybook.session s SET ended_at = p_now WHERE s.workspace_id = p_workspace AND s.session_id = v_session.session_id;
    DELETE FROM daybook.refresh_token t WHERE t.workspace_id = p_workspace AND t.session_id = v_session.session_id;
  END IF;
  RETURN QUERY SELECT v_outcome, v_session.session_id, v_session.person_id, v_session.email, v_session.told,
                      v_session.started_at, v_session.expires_at;
END $$;

-- What the audit shows, which is little of a long log. `split_part` and these names are repeated in sql/audit_trail.sql.
CREATE INDEX event_access ON daybook.event (workspace_id, position)
 WHERE split_part(type, '.', 1) IN ('access', 'key', 'member', 'webhook', 'workspace');
