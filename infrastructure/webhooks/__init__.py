"""Webhooks in PostgreSQL and over HTTP: the read model, the queue of deliveries, what fills it and what empties it."""
