"""Patterns match whole texts: a line feed at the end, which Python's `$` passes over, is as wrong as one anywhere else."""

import re
from collections.abc import Iterator
from typing import Any

import hypothesis
import msgspec
import pytest
from hypothesis import strategies

from api.document import openapi_document
from daybook.bootstrap import build
from daybook.settings import Settings
from domain.patterns import whole


@pytest.mark.parametrize(
    ("text", "fits"), [("a", True), ("bb", True), ("", False), ("ab", False), ("bb\n", False), ("\na", False)]
)
def test_a_pattern_is_of_the_whole_text(text: str, fits: bool) -> None:  # noqa: FBT001 - pytest's
    assert (re.search(whole("a|bb"), text) is not None) is fits


async def test_no_pattern_of_the_document_takes_a_line_feed_at_the_end() -> None:
    document = msgspec.json.decode(openapi_document(build("postgresql:///none", None, b"", Settings()).app))
    # No header has line feeds.
    del document["components"]["headers"], document["components"]["parameters"]
    patterns = set(_patterns(document))
    assert len(patterns) > 5, "the document has lost its patterns"
    for pattern in patterns:
        fitting = hypothesis.find(strategies.from_regex(pattern, fullmatch=True), lambda _: True)
        assert re.search(pattern, fitting), pattern
        assert not re.search(pattern, fitting + "\n"), pattern


def _patterns(value: Any) -> Iterator[str]:
    match value:
        case {"in": "header"}:
            return
        case {"pattern": str(pattern)}:
            yield pattern
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _patterns(each)
