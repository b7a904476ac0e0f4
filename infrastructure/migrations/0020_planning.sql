-- The entities of planning: one table for all concepts.

CREATE TABLE read_model.entity (
  workspace_id uuid NOT NULL,
  -- Given out once: the row of what was removed stays, so that its number is never taken for free.
  ref_id bigint NOT NULL,
  stream_id uuid NOT NULL,
  kind text NOT NULL,
  -- The entity that it belongs to, by its ref_id.
  owner bigint,
  archived boolean NOT NULL,
  -- The entity that it was archived along with, which brings it back.
  along_with bigint,
  removed boolean NOT NULL,
  -- What no two of a kind have in common. That is decided under the workspace's lock, so the index need not watch over it.
  key text,
  version integer NOT NULL,
  -- The entity as it is answered, as JSON.
  doc bytea NOT NULL,
  PRIMARY KEY (workspace_id, ref_id)
);
CREATE INDEX entity_kind ON read_model.entity (workspace_id, kind, ref_id) WHERE NOT removed;
-- Removed ones as well: the history of what they belonged to tells of them.
CREATE INDEX entity_owner ON read_model.entity (workspace_id, owner, kind, ref_id) WHERE owner IS NOT NULL;
CREATE INDEX entity_key ON read_model.entity (workspace_id, kind, key) WHERE key IS NOT NULL;
-- For a rebuild, which meets streams.
CREATE INDEX entity_stream ON read_model.entity (workspace_id, stream_id);
SELECT daybook.confine('read_model.entity', 'SELECT, INSERT, UPDATE, DELETE');
