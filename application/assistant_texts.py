"""Texts on their way to the assistant and back: what must not leave, what cannot be kept, and where an answer's links lead."""

import re
from collections.abc import Iterable
from urllib.parse import unquote

import msgspec

from domain.threads.events import Citation

BLACKED_OUT = "[removed: looks like a key]"
# Daybook's own keys, refresh tokens, access tokens and secrets of webhooks. Wider than what is given out, because one that lacks
# some characters may be as good as whole; but no name of a variable looks so.
_SECRETS = re.compile(
    r"ak_[A-Za-z]+_[0-9]+\.[A-Za-z0-9_-]{16,}"
    r"|rt_[A-Za-z0-9_-]{40,}"
    r"|eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}(?:\.[A-Za-z0-9_-]*)?"
    r"|whsec_[A-Za-z0-9+/=_-]{10,}"
)
_UNKEEPABLE = re.compile("[\0\ud800-\udfff]")
_LINK = re.compile(r"\]\(\s*<?(?:https?://[^\s/()<>]+)?(/v1/pages/[^\s()<>]+)")


def blacked_out(text: str) -> str:
    """Without what opens a workspace. A text is to be looked at whole, before it is cut."""
    return _SECRETS.sub(BLACKED_OUT, text)


def keepable(text: str) -> str:
    """What a model wrote may hold a NUL or half a character, which can be neither stored nor sent on."""
    return _UNKEEPABLE.sub("\ufffd", text)


def cut(text: str, characters_max: int) -> str:
    """The beginning, marked where it was cut."""
    return text if len(text) <= characters_max else f"{text[: characters_max - 1]}…"


def link_of(passage: Citation) -> str:
    """The address of a passage, as tools tell it and answers cite it."""
    return passage.link


class Passages:
    """What was read for one answer. Only this can be cited, so that nothing can be made up."""

    def __init__(self) -> None:
        self._by_link: dict[str, Citation] = {}

    def read(self, passages: Iterable[Citation]) -> None:
        """What was read first under an address stays: it is what was found."""
        for passage in passages:
            self._by_link.setdefault(unquote(link_of(passage)), passage)
            whole = msgspec.structs.replace(passage, heading="", anchor="", quote="")
            self._by_link.setdefault(link_of(whole), whole)

    def cited_in(self, answer: str) -> list[Citation]:
        """Those that the answer links to, each once, in the order of their first links."""
        links = dict.fromkeys(unquote(link) for link in _LINK.findall(answer))
        return [self._by_link[link] for link in links if link in self._by_link]
