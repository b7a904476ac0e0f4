"""Threads: conversations with an assistant that knows the workspace."""
