"""Slugs: the names pages have in addresses."""

import re
import unicodedata
from uuid import UUID

from domain.errors import InvalidValue

SLUG_CHARACTERS_MAX = 200
# What a long slug gives up when it is taken and needs a number at its end.
SLUG_NUMBER_CHARACTERS = 20
# Words that are routes of their own below /pages.
RESERVED = frozenset({"search", "query", "history", "batch"})
# In Unicode's words: letters, the marks that belong to them, numbers. Everything else separates.
_KEPT = ("L", "M", "N")


def slug_from(title: str) -> str:
    """Lower case, NFKC, each run of other characters becomes `-`; `untitled` when nothing is left."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", title).lower())
    kept = "".join(c if unicodedata.category(c)[0] in _KEPT else "-" for c in folded)
    return re.sub("-+", "-", kept)[:SLUG_CHARACTERS_MAX].strip("-") or "untitled"


def shortened(slug: str) -> str:
    """The slug with room for a number behind it."""
    return slug[: SLUG_CHARACTERS_MAX - SLUG_NUMBER_CHARACTERS].rstrip("-")


def is_reserved(slug: str) -> bool:
    """Routes' words, and whatever reads as an id, because a path takes either."""
    return slug in RESERVED or as_id(slug) is not None


def check_slug(slug: str) -> str:
    """Raises `InvalidValue` with the slug that would be accepted instead."""
    if len(slug) > SLUG_CHARACTERS_MAX:
        raise InvalidValue(f"A slug has at most {SLUG_CHARACTERS_MAX} characters; this one has {len(slug)}.")
    wanted = slug_from(slug)
    if slug != wanted:
        raise InvalidValue(f"A slug is made of lower-case letters, digits and single hyphens: try {wanted!r}.")
    if is_reserved(slug):
        raise InvalidValue(f"The slug {slug!r} is reserved for the API; choose another.")
    return slug


def as_id(reference: str) -> UUID | None:
    """A path takes a slug or an id; what reads as an id is one, because no slug may."""
    try:
        return UUID(reference)
    except ValueError:
        return None
