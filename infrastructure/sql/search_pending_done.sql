-- Lets go of what is settled: what is wanted has its vector, and what stands nowhere has none. A text that went or came meanwhile stays.
DELETE FROM search.pending p
 WHERE p.workspace_id = $1 AND p.digest = ANY ($2::bytea[])
   AND p.wanted = EXISTS (SELECT FROM search.passage s WHERE s.workspace_id = $1 AND s.digest = p.digest)
   AND p.wanted = EXISTS (SELECT FROM search.vector v WHERE v.workspace_id = $1 AND v.digest = p.digest AND v.model = $3)
