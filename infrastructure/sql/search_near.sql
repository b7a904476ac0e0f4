-- A piece of a search: the nearest passages.
SELECT n.digest, n.similarity FROM search.nearest(:workspace, :model::text, :vector::real[], :count::integer) n
