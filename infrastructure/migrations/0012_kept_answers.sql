-- Answers that cannot be read off the log again: those of batches that came with an Idempotency-Key.

CREATE TABLE daybook.kept_answer (
  workspace_id uuid NOT NULL,
  command_id uuid NOT NULL,
  -- Of the request; another one under the same key is refused.
  fingerprint text NOT NULL,
  status smallint NOT NULL,
  -- The bytes as they were sent.
  body bytea NOT NULL,
  -- Of the last event; null where nothing changed.
  position bigint,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (workspace_id, command_id)
);
-- Each new one lets go of those that are days old.
CREATE INDEX kept_answer_age ON daybook.kept_answer (workspace_id, created_at);
SELECT daybook.confine('daybook.kept_answer', 'SELECT, INSERT, DELETE');
