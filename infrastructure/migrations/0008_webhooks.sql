-- Webhooks: who hears of events, and what is on its way to them.

CREATE TABLE read_model.webhook (
  workspace_id uuid NOT NULL,
  webhook_id uuid NOT NULL,
  -- It hears of what comes after this position: its own registration.
  registered_position bigint NOT NULL,
  -- Whether its events are sent now; if not (paused or parked), they wait.
  sends boolean NOT NULL,
  version integer NOT NULL,
  -- The whole state, as JSON.
  doc bytea NOT NULL,
  PRIMARY KEY (workspace_id, webhook_id)
);
SELECT daybook.confine('read_model.webhook', 'SELECT, INSERT, UPDATE, DELETE');

-- One event on its way to one webhook, and for a while what became of it. Operational: a rebuild leaves it alone.
CREATE TABLE daybook.webhook_delivery (
  workspace_id uuid NOT NULL,
  webhook_id uuid NOT NULL,
  position bigint NOT NULL,
  status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'delivered', 'failed')),
  attempts integer NOT NULL DEFAULT 0,
  -- Whoever takes a delivery moves this on, past the time that sending can take. So if it dies meanwhile, another takes it then.
  next_attempt_at timestamptz,
  last_status integer,
  last_error text,
  created_at timestamptz NOT NULL DEFAULT now(),
  delivered_at timestamptz,
  PRIMARY KEY (workspace_id, webhook_id, position)
) WITH (fillfactor = 70);
CREATE INDEX webhook_delivery_due ON daybook.webhook_delivery (workspace_id, webhook_id, next_attempt_at, position)
  WHERE status = 'pending';
SELECT daybook.confine('daybook.webhook_delivery', 'SELECT, INSERT, UPDATE, DELETE');

-- How sending to a webhook has gone lately, and which events found its queue full.
CREATE TABLE daybook.webhook_health (
  workspace_id uuid NOT NULL,
  webhook_id uuid NOT NULL,
  consecutive_failures integer NOT NULL DEFAULT 0,
  failing_since timestamptz,
  last_success_at timestamptz,
  skipped bigint NOT NULL DEFAULT 0,
  skipped_first bigint,
  skipped_last bigint,
  PRIMARY KEY (workspace_id, webhook_id)
) WITH (fillfactor = 50);
SELECT daybook.confine('daybook.webhook_health', 'SELECT, INSERT, UPDATE, DELETE');

-- Which webhooks have something to be sent, of all workspaces, and in how many seconds. It answers nothing else, because whoever
-- asks does not know the workspaces yet. It hops from webhook to webhook in the index, however many deliveries each has.
CREATE FUNCTION daybook.webhook_queues() RETURNS TABLE (workspace_id uuid, webhook_id uuid, due_in_s double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog SET enable_seqscan = off
AS $$
  WITH RECURSIVE queue AS (
    (SELECT d.workspace_id, d.webhook_id, d.next_attempt_at
       FROM daybook.webhook_delivery d
      WHERE d.status = 'pending'
      ORDER BY d.workspace_id, d.webhook_id, d.next_attempt_at LIMIT 1)
    UNION ALL
    SELECT following.*
      FROM queue q
      CROSS JOIN LATERAL (
        SELECT d.workspace_id, d.webhook_id, d.next_attempt_at
          FROM daybook.webhook_delivery d
         WHERE d.status = 'pending' AND (d.workspace_id, d.webhook_id) > (q.workspace_id, q.webhook_id)
         ORDER BY d.workspace_id, d.webhook_id, d.next_attempt_at LIMIT 1) following
  )
  SELECT q.workspace_id, q.webhook_id, extract(epoch FROM q.next_attempt_at - now())::double precision
    FROM queue q
    JOIN read_model.webhook w ON w.workspace_id = q.workspace_id AND w.webhook_id = q.webhook_id AND w.sends
$$;

-- Removes deliveries made before a moment, finished ones beyond the newest p_kept of a webhook, and all of webhooks that are gone;
-- at most p_at_once of each webhook. Answers how many.
CREATE FUNCTION daybook.forget_webhook_deliveries(p_before timestamptz, p_kept integer, p_at_once integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET enable_seqscan = off
AS $$
DECLARE
  v_queue record;
  v_gone boolean;
  v_last bigint;
  v_rows bigint;
  v_all bigint := 0;
BEGIN
  FOR v_queue IN
    WITH RECURSIVE queue AS (
      (SELECT d.workspace_id, d.webhook_id FROM daybook.webhook_delivery d ORDER BY d.workspace_id, d.webhook_id LIMIT 1)
      UNION ALL
      SELECT following.*
        FROM queue q
        CROSS JOIN LATERAL (
          SELECT d.workspace_id, d.webhook_id FROM daybook.webhook_delivery d
           WHERE (d.workspace_id, d.webhook_id) > (q.workspace_id, q.webhook_id)
           ORDER BY d.workspace_id, d.webhook_id LIMIT 1) following
    )
    SELECT * FROM queue
  LOOP
    v_gone := NOT EXISTS (
      SELECT FROM read_model.webhook w WHERE w.workspace_id = v_queue.workspace_id AND w.webhook_id = v_queue.webhook_id);
    v_last := (SELECT d.position FROM daybook.webhook_delivery d
                WHERE d.workspace_id = v_queue.workspace_id AND d.webhook_id = v_queue.webhook_id
                ORDER BY d.position DESC OFFSET p_kept LIMIT 1);
    DELETE FROM daybook.webhook_delivery d
     USING (SELECT o.position FROM daybook.webhook_delivery o
             WHERE o.workspace_id = v_queue.workspace_id AND o.webhook_id = v_queue.webhook_id
             ORDER BY o.position LIMIT p_at_once) oldest
     WHERE d.workspace_id = v_queue.workspace_id AND d.webhook_id = v_queue.webhook_id AND d.position = oldest.position
       AND (v_gone OR d.created_at < p_before OR (d.status <> 'pending' AND d.position <= v_last));
    GET DIAGNOSTICS v_rows = ROW_COUNT;
    v_all := v_all + v_rows;
  END LOOP;
  DELETE FROM daybook.webhook_health h
   WHERE NOT EXISTS (SELECT FROM read_model.webhook w WHERE w.workspace_id = h.workspace_id AND w.webhook_id = h.webhook_id);
  RETURN v_all;
END $$;
