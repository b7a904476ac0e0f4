"""Texts on their way to the assistant and back: what must not leave, what cannot be kept, and where an answer's links lead."""

import re
from collections.abc import Iterable
from urllib.parse import unquote

import msgspec

from domain.threads.events import Citation

BLACKED_OUT = "[removed: looks like a key]"
# Daybook's own keys, refresh tokens, access tokens and secrets of webhooks. Wider than what is given out, because one that lacks
# some characters may be as good as whole; but no name of a variable looks so. Nothing long is looked at again and again.
# Markdown may have put a backslash before punctuation, and JSON made more of it.
_BACKSLASHES = r"\\{0,4}"
_LETTER = r"(?:[A-Za-z0-9_-]|\\{1,4}[_-])"
_SECRETS = re.compile(
    rf"ak{_BACKSLASHES}_[A-Za-z]+{_BACKSLASHES}_[0-9]+{_BACKSLASHES}\.{_LETTER}{{16,}}"
    rf"|rt{_BACKSLASHES}_{_LETTER}{{40,}}"
    rf"|eyJ{_LETTER}{{10,300}}{_BACKSLASHES}\.{_LETTER}{{10,}}(?:{_BACKSLASHES}\.{_LETTER}*)?"
    rf"|whsec{_BACKSLASHES}_(?:{_LETTER}|{_BACKSLASHES}[+/=]){{10,}}"
)
# What becomes of them in slugs and anchors, in lower case. It is better to take some other word for a key than to tell one.
_IN_ADDRESSES = re.compile(
    r"(?:\b|_)(?:ak[_-][a-z]+[_-][0-9]+[a-z0-9_-]{16,}|rt[_-][a-z0-9_-]{40,}|whsec[_-][a-z0-9_-]{10,}|eyj[a-z0-9_-]{20,})"
)
_UNKEEPABLE = re.compile("[\0\ud800-\udfff]")
# As tools tell them. What leads to another host is none of ours, whatever it is called there.
_LINK = re.compile(r"\]\(\s*<?(/v1/pages/[^\s()<>]+)")


def blacked_out(text: str) -> str:
    """Without what opens a workspace. A text is to be looked at whole, before it is cut."""
    return _SECRETS.sub(BLACKED_OUT, text)


def tells_key(*texts: str) -> bool:
    """Whether one of these, which may be a slug or an anchor, holds what opens a workspace."""
    return any(BLACKED_OUT in blacked_out(text) or _IN_ADDRESSES.search(text) for text in texts)


def keepable(text: str) -> str:
    """What a model wrote may hold a NUL or half a character, which can be neither stored nor sent on."""
    return _UNKEEPABLE.sub("\ufffd", text)


def cut(text: str, characters_max: int) -> str:
    """The beginning, marked where it was cut."""
    return text if len(text) <= characters_max else f"{text[: characters_max - 1]}…"


class Passages:
    """What was read for one answer. Only this can be cited, so that nothing can be made up."""

    def __init__(self) -> None:
        self._by_link: dict[str, Citation] = {}

    def read(self, passages: Iterable[Citation]) -> None:
        """What was read first under an address stays: it is what was found."""
        for passage in passages:
            self._by_link.setdefault(unquote(passage.link), passage)
            whole = msgspec.structs.replace(passage, heading="", anchor="", quote="")
            self._by_link.setdefault(whole.link, whole)

    def cited_in(self, answer: str) -> list[Citation]:
        """Those that the answer links to, each once, in the order of their first links."""
        links = dict.fromkeys(unquote(link) for link in _LINK.findall(answer))
        return [self._by_link[link] for link in links if link in self._by_link]
