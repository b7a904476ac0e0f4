-- Gives a workspace with at least so many vectors an index, unless it has one.
SELECT search.index_vectors($1, $2, $3)
