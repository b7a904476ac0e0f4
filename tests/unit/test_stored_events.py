"""Every event version ever stored keeps a sample that must decode for good."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from domain.events import Actor, Meta
from domain.pages.events import ContentAppended
from infrastructure.event_store import codec

SAMPLES = Path(__file__).parents[1] / "samples" / "events"
STORED = sorted(SAMPLES.glob("*.json"))


@pytest.mark.parametrize("sample", STORED, ids=lambda path: path.stem)
def test_a_stored_sample_decodes_to_what_it_meant(sample: Path) -> None:
    stored = msgspec.json.decode(sample.read_bytes())
    data = msgspec.json.encode(stored["data"])
    event = codec.decode(stored["type"], stored["schemaVersion"], data)
    assert codec.TAGS[type(event)] == stored["type"]
    assert repr(event) == stored["means"]


@pytest.mark.parametrize("event_class", codec.EVENTS, ids=lambda each: codec.TAGS[each])
def test_every_version_of_every_event_has_a_sample(event_class: type) -> None:
    tag = codec.TAGS[event_class]
    wanted = {f"{tag}.v{version}" for version in range(1, event_class.schema_version + 1)}
    assert wanted <= {path.stem for path in STORED}


@pytest.mark.parametrize("event_class", codec.EVENTS, ids=lambda each: codec.TAGS[each])
def test_every_older_version_has_an_upcaster(event_class: type) -> None:
    for version in range(1, event_class.schema_version):
        assert (codec.TAGS[event_class], version) in codec.UPCASTERS


def test_an_older_version_is_brought_to_the_newest_shape(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ContentAppended, "schema_version", 2)
    monkeypatch.setattr(codec, "UPCASTERS", {("page.content_appended", 1): lambda old: {**old, "text": old["text"].upper()}})
    data = b'{"type":"page.content_appended","text":"old","content_hash":"h"}'
    assert codec.decode("page.content_appended", 1, data) == ContentAppended("OLD", "h")


def test_an_event_of_another_program_is_told_from_ours() -> None:
    assert codec.is_ours("page.created")
    assert codec.is_ours("page.of_a_newer_release")
    assert not codec.is_ours("page.models:Class")
    assert not codec.is_ours("bank:Account.Opened")


def test_an_unknown_event_is_not_guessed_at() -> None:
    with pytest.raises(codec.UnknownEvent):
        codec.decode("page.unheard_of", 1, b"{}")
    with pytest.raises(codec.UnknownEvent):
        codec.decode("page.content_appended", 99, b"{}")


def test_the_hash_covers_every_column_a_writer_brings() -> None:
    stored = codec.Stored(
        workspace_id=UUID(int=1),
        stream_id=UUID(int=2),
        version=3,
        type="page.content_appended",
        schema_version=1,
        data=b"{}",
        meta=codec.encode_meta(Meta(Actor("key", "1", "name"))),
        effective_at=datetime(2026, 1, 1, tzinfo=UTC),
        command_id=UUID(int=4),
    )
    others = {
        "workspace_id": UUID(int=9),
        "stream_id": UUID(int=9),
        "version": 4,
        "type": "page.content_appende",
        "schema_version": 2,
        "data": b"{ }",
        "meta": b"{}",
        "effective_at": datetime(2026, 1, 1, 0, 0, 0, 1, tzinfo=UTC),
        "command_id": None,
    }
    assert set(others) == set(stored.__struct_fields__)
    digests = {codec.digest(msgspec.structs.replace(stored, **{name: value})) for name, value in others.items()}
    assert len(digests | {codec.digest(stored)}) == len(others) + 1


def test_the_hash_is_the_one_the_documentation_describes() -> None:
    """Computed here by hand, so that a change of the recipe cannot pass unnoticed: stored hashes must verify for ever."""
    workspace, stream, command = UUID(int=1), UUID(int=2), UUID(int=4)
    stored = codec.Stored(workspace, stream, 3, "t", 1, b"data", b"meta", datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC), command)
    by_hand = (
        workspace.bytes
        + stream.bytes
        + (1_000_000).to_bytes(8, "big")
        + (3).to_bytes(4, "big")
        + (1).to_bytes(2, "big")
        + (16).to_bytes(1, "big")
        + (1).to_bytes(2, "big")
        + (4).to_bytes(4, "big")
        + command.bytes
        + b"t"
        + b"data"
        + b"meta"
    )
    assert codec.digest(stored) == hashlib.sha256(by_hand).digest()


def test_no_command_and_a_command_of_zeros_are_told_apart() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    without = codec.Stored(UUID(int=1), UUID(int=2), 1, "t", 1, b"{}", b"{}", at, None)
    assert codec.digest(without) != codec.digest(msgspec.structs.replace(without, command_id=UUID(int=0)))
