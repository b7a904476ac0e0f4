-- Threads of all workspaces with questions that are to be given up.
SELECT workspace_id, thread_id FROM daybook.overdue_threads($1)
