-- For what follows in the transaction: each row is reached by its key, whatever the planner thinks of tables that just grew.
SELECT set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true), set_config('enable_seqscan', 'off', true)
