-- What a document is about, as a vector.
SELECT search.middle($1, $2, $3)
