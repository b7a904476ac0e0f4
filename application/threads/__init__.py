"""Threads: what can be done with them, and how the assistant comes to answer."""
