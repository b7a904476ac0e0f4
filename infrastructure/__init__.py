"""Adapters to PostgreSQL: the event store, projections, readers, migrations and the embedded server."""
