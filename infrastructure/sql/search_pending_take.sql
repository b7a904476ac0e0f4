-- Takes some passages for $3 seconds.
UPDATE search.pending p SET taken_until = now() + make_interval(secs => $3)
 WHERE p.workspace_id = $1 AND p.digest = ANY (ARRAY(
   SELECT w.digest FROM search.pending w WHERE w.workspace_id = $1 AND w.taken_until < now() LIMIT $2 FOR UPDATE SKIP LOCKED
 ))
RETURNING p.digest
