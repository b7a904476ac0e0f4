"""Planning in PostgreSQL: one table for all entities, written in the transaction of their events."""
