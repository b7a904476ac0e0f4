-- Binds this session to the workspaces it may see.
SELECT set_config('daybook.workspaces', $1::uuid[]::text, false)
