-- Keeps vectors of texts that still stand somewhere.
SELECT search.keep_vectors($1, $2, $3, $4)
