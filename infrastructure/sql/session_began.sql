-- When a session began; null if it is over.
SELECT daybook.session_began($1, $2)
