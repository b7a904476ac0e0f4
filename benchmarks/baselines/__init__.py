"""What Daybook is measured beside."""

import hashlib


def key_digest(key: str) -> bytes:
    """How the FastAPI baseline stores a key. Keys are long and random, so a plain digest is enough."""
    return hashlib.sha256(key.encode()).digest()
