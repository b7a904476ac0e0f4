"""Ids that follow from what they name, so that everybody who knows the name knows the id."""

import hashlib
from uuid import UUID


def derived_id(seed: str) -> UUID:
    """The same for the same seed: 122 bits of its SHA-256, marked as a UUIDv8."""
    bits = bytearray(hashlib.sha256(seed.encode()).digest()[:16])
    # The marks set by hand: `uuid` knows that version only from Python 3.14 on.
    bits[6] = bits[6] & 0x0F | 0x80
    bits[8] = bits[8] & 0x3F | 0x80
    return UUID(bytes=bytes(bits))
