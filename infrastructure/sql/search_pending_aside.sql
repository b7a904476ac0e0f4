-- Leaves a text alone for $3 seconds.
UPDATE search.pending p SET taken_until = now() + make_interval(secs => $3) WHERE p.workspace_id = $1 AND p.digest = $2
