"""Webhooks: addresses that hear of a workspace's events."""
