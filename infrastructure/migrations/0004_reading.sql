-- What readers share.

-- The first position recorded at or after a moment, or the one after the last. Times never run backwards along the log, so
-- halving finds it without an index on time.
CREATE FUNCTION daybook.position_at(p_workspace uuid, p_moment timestamptz) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
DECLARE
  v_low bigint := 1;
  v_high bigint := coalesce((SELECT h.position FROM daybook.workspace_head h WHERE h.workspace_id = p_workspace), 0) + 1;
  v_middle bigint;
BEGIN
  WHILE v_low < v_high LOOP
    v_middle := (v_low + v_high) / 2;
    IF (SELECT e.recorded_at FROM daybook.event e WHERE e.workspace_id = p_workspace AND e.position = v_middle) < p_moment THEN
      v_low := v_middle + 1;
    ELSE
      v_high := v_middle;
    END IF;
  END LOOP;
  RETURN v_low;
END $$;
