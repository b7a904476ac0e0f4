"""Docs: pages of a workspace's own writing, one below another. What a doc says stands in its note, without which none is."""

import msgspec
from msgspec import UNSET, UnsetType

from domain.errors import DomainError
from domain.events import Change
from domain.planning.entities import (
    COLLECTION,
    Archived,
    Changed,
    Concept,
    Created,
    Entity,
    Lifecycle,
    RefId,
    Removed,
    Unarchived,
)
from domain.planning.errors import RuleBroken
from domain.planning.names import clean_name

KEY_CHARACTERS_MAX = 200


class KeyInvalid(RuleBroken):
    """An idempotency_key is a text that a client makes up for one doc, such as a UUID."""

    code = "key_invalid"


class KeyOfArchived(DomainError):
    """The doc that this idempotency_key made is archived. Unarchive that one, or send a new key for a new doc."""

    code = "key_of_archived"


class DocCreated(Created, frozen=True, kw_only=True, tag="doc.created"):
    """A doc was begun."""

    name: str
    idempotency_key: str
    parent_doc_ref_id: RefId | None = None
    doc_collection_ref_id: RefId = COLLECTION


class DocRenamed(Changed, frozen=True, kw_only=True, tag="doc.renamed"):
    """The doc is called something else."""

    name: Change[str] | UnsetType = UNSET


class DocArchived(Archived, frozen=True, tag="doc.archived"):
    """The doc was put away with its note and with those below it."""


class DocUnarchived(Unarchived, frozen=True, tag="doc.unarchived"):
    """The doc was brought back with what was put away together with it."""


class DocRemoved(Removed, frozen=True, tag="doc.removed"):
    """The doc disappeared from every read, and so did those below it."""


class Doc(Entity, frozen=True, kw_only=True):
    """The place and the name of something written."""

    name: str
    doc_collection_ref_id: RefId
    idempotency_key: str
    parent_doc_ref_id: RefId | None


def check_key(key: str) -> str:
    """Raises `KeyInvalid`."""
    if not 1 <= len(key) <= KEY_CHARACTERS_MAX or not all("!" <= character <= "~" for character in key):
        raise KeyInvalid(
            f"An idempotency_key is 1 to {KEY_CHARACTERS_MAX} visible characters of ASCII, such as a UUID.",
            parameter="idempotency_key",
        )
    return key


def _settle(doc: Doc) -> Doc:
    return msgspec.structs.replace(doc, name=clean_name(doc.name), idempotency_key=check_key(doc.idempotency_key))


# The one above is chosen for good and was there before, so docs make no circles.
DOCS = Concept(
    kind="doc",
    entity=Doc,
    created=DocCreated,
    feature="docs",
    changed=(DocRenamed,),
    lifecycle=Lifecycle(DocArchived, DocUnarchived, DocRemoved),
    settle=_settle,
    owner=lambda doc: doc.parent_doc_ref_id,
    key=lambda doc: doc.idempotency_key,
    note_namespace="doc",
    note_stays=True,
    tag_namespace="doc",
)
