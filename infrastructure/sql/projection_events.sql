-- What happened after a position up to another, in order, without what it was: most projections look at pages as they are now.
SELECT position, stream_id, version, type, effective_at, recorded_at
  FROM daybook.event
 WHERE workspace_id = $1 AND position > $2 AND position <= $3
 ORDER BY position
