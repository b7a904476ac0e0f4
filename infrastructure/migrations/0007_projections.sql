-- Asynchronous projections: what a checkpoint knows beside its position, and what a runner may ask about all workspaces.

-- Generation 0 is Daybook's own projections. The library's trackings have 1, so that neither can take the other's name.
ALTER TABLE daybook.checkpoint
  -- How often the event after the position failed in a row, with what, and when it is tried again.
  ADD COLUMN failures integer NOT NULL DEFAULT 0,
  ADD COLUMN error text,
  ADD COLUMN retry_at timestamptz,
  -- Since when the workspace's projection stands still: it failed too often.
  ADD COLUMN parked_at timestamptz;

-- The workspaces whose log goes on after a projection's checkpoint; those that rest after a failure only if p_resting.
-- The service sees one workspace at a time, so it asks here. The answer is ids and positions, nothing of anybody's content.
CREATE FUNCTION daybook.projection_work(p_projection text, p_resting boolean)
RETURNS TABLE (workspace_id uuid, head bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
AS $$ SELECT h.workspace_id, h.position
        FROM daybook.workspace_head h
        LEFT JOIN daybook.checkpoint c ON c.workspace_id = h.workspace_id AND c.projection = p_projection AND c.generation = 0
       WHERE h.position > coalesce(c.position, 0) AND (p_resting OR c.retry_at IS NULL OR c.retry_at <= now()) $$;

-- How far each projection is behind, in events of all workspaces, and in how many workspaces it stands still.
CREATE FUNCTION daybook.projection_states(p_projections text[])
RETURNS TABLE (projection text, lag bigint, parked bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
AS $$ SELECT p.projection, coalesce(sum(h.position - coalesce(c.position, 0)), 0)::bigint, count(c.parked_at)
        FROM unnest(p_projections) p(projection)
        LEFT JOIN daybook.workspace_head h ON true
        LEFT JOIN daybook.checkpoint c
          ON c.workspace_id = h.workspace_id AND c.projection = p.projection AND c.generation = 0
       GROUP BY p.projection $$;
