-- Which page links to what: written a moment after the pages themselves, by the projection `links`.

CREATE TABLE read_model.page_link (
  workspace_id uuid NOT NULL,
  -- The page the link stands in, and which of its links it is, from 0.
  page_id uuid NOT NULL,
  ordinal integer NOT NULL,
  kind text NOT NULL,
  -- A slug, as it is written there, or an id; what it leads to is asked when it is asked.
  target text NOT NULL,
  fragment text,
  title text NOT NULL,
  line integer NOT NULL,
  -- The line around it, cut.
  context text NOT NULL,
  PRIMARY KEY (workspace_id, page_id, ordinal)
);
CREATE INDEX page_link_target ON read_model.page_link (workspace_id, target, page_id);
SELECT daybook.confine('read_model.page_link', 'SELECT, INSERT, UPDATE, DELETE');
