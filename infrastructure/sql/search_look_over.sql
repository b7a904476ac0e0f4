-- Lets the planner know how large the index has become.
SELECT search.look_over()
