-- How far projections are behind, and where they stand still.
SELECT projection, lag, parked FROM daybook.projection_states($1)
