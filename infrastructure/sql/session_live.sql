-- Whether a session goes on.
SELECT daybook.session_is_live($1, $2)
