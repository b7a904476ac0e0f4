-- A piece of a search: the nearest passages of some documents.
SELECT n.digest, n.similarity
  FROM search.nearest_among(:workspace, :model::text, :vector::real[], ARRAY({among}), :count::integer) n
