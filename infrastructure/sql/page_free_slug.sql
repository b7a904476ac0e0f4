-- The first slug of base, base-2, base-3, … that is nobody's.
SELECT daybook.free_slug($1, $2, $3)
