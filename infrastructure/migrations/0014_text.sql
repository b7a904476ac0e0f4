-- The text of pages, for finding any part of it: in parts that overlap by more than what can be looked for, in the folded case.
-- It follows the log a moment behind, as a projection; queries look at pages that changed since for themselves.

CREATE TABLE read_model.page_text (
  workspace_id uuid NOT NULL,
  page_id uuid NOT NULL,
  -- 0 is the title, 1 the subtitle, the others are the content.
  part integer NOT NULL,
  body text COLLATE "C" NOT NULL,
  PRIMARY KEY (workspace_id, page_id, part)
);
SELECT daybook.confine('read_model.page_text', 'SELECT, INSERT, UPDATE, DELETE');

-- Where the server has no trigrams, or the owner may not have them, a query reads all texts of its workspace instead.
DO $$
BEGIN
  CREATE EXTENSION IF NOT EXISTS pg_trgm;
  CREATE INDEX page_text_trigrams ON read_model.page_text USING gin (body gin_trgm_ops);
EXCEPTION
  WHEN insufficient_privilege OR undefined_file OR feature_not_supported OR undefined_object THEN
    RAISE NOTICE 'without pg_trgm, looking for text reads all texts of a workspace: %', SQLERRM;
END $$;

-- The pages of a workspace whose texts are like a pattern. Beneath a policy LIKE may not use an index, because it is not leakproof;
-- so this looks as the owner, and only into workspaces that the caller may see.
CREATE FUNCTION daybook.text_matches(p_workspace uuid, p_pattern text) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog SET plan_cache_mode = force_custom_plan SET enable_seqscan = off SET jit = off
AS $$
BEGIN
  IF p_workspace = ANY (daybook.visible_workspaces()) THEN
    RETURN QUERY SELECT DISTINCT t.page_id FROM read_model.page_text t WHERE t.workspace_id = p_workspace AND t.body LIKE p_pattern;
  END IF;
END $$;
