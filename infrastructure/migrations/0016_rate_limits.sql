-- How often callers asked, where several processes count together in the database.

-- All rows belong to the service's own log. What a crash takes away is counted anew, so none of it goes through the log of the disk.
CREATE UNLOGGED TABLE daybook.rate_count (
  workspace_id uuid NOT NULL,
  -- The limit's name and whom it counts. Compared by its bytes, which is quicker than by any language's rules.
  bucket text COLLATE "C" NOT NULL,
  -- Unix seconds at which the window ends that `hits` were counted in. Without an index: every hit changes this row, and must not
  -- have to change one.
  window_end bigint NOT NULL,
  hits integer NOT NULL,
  PRIMARY KEY (workspace_id, bucket)
  -- Most of each page is left free, for the next versions of the rows in it.
) WITH (fillfactor = 30);
SELECT daybook.confine('daybook.rate_count', 'SELECT, INSERT, UPDATE, DELETE');
