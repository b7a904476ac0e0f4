-- The first position recorded at or after a moment.
SELECT daybook.position_at($1, $2)
