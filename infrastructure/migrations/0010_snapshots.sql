-- Pages as they were: some versions of each are kept whole (domain/pages/snapshots.py says which), the others are events away.

CREATE TABLE read_model.page_snapshot (
  workspace_id uuid NOT NULL,
  page_id uuid NOT NULL,
  version integer NOT NULL,
  -- Where the event of this version stands in the log.
  position bigint NOT NULL,
  -- The latest time any event up to here happened at, which an import can make later than that of the last one.
  latest_at timestamptz NOT NULL,
  -- The metadata, as read_model.page has it.
  archived_root uuid,
  doc bytea NOT NULL,
  aside bytea NOT NULL,
  stamp bytea NOT NULL,
  content_hash bytea NOT NULL,
  content_bytes integer NOT NULL,
  content bytea NOT NULL,
  PRIMARY KEY (workspace_id, page_id, version)
);
CREATE INDEX page_snapshot_time ON read_model.page_snapshot (workspace_id, page_id, latest_at, version);
SELECT daybook.confine('read_model.page_snapshot', 'SELECT, INSERT, UPDATE, DELETE');
