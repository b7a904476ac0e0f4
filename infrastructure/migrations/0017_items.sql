-- Updates, milestones and principles.

CREATE TABLE read_model.item (
  workspace_id uuid NOT NULL,
  -- The stream's, so one id is never two kinds'.
  item_id uuid NOT NULL,
  kind text NOT NULL,
  -- Its slug and title are asked for when the item is read.
  page_id uuid,
  -- False in the trash. That the page of an update is in the trash hides the update as well, and does not show here.
  live boolean NOT NULL,
  -- What lists are filtered by: an update's status, a milestone's state, or none.
  standing text NOT NULL,
  -- What lists are in the order of: a milestone's day, and otherwise when the item was made.
  moment timestamptz NOT NULL,
  version integer NOT NULL,
  -- The whole state, as JSON.
  doc bytea NOT NULL,
  PRIMARY KEY (workspace_id, item_id)
);
CREATE INDEX item_listed ON read_model.item (workspace_id, kind, moment, item_id) WHERE live;
CREATE INDEX item_page ON read_model.item (workspace_id, page_id, kind) WHERE page_id IS NOT NULL;
SELECT daybook.confine('read_model.item', 'SELECT, INSERT, UPDATE, DELETE');
