-- One workspace begins after the other, so that two cannot take the same name. A statement of its own: the next one looks afterwards.
SELECT pg_advisory_xact_lock(hashtext('daybook.workspace.name'))
