"""A page's text as an immutable rope: appending costs what is appended, not what was there before."""

import hashlib
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from hashlib import _Hash

SEGMENT_BYTES_MAX = 8192
# The last segment lies in the page's own row and is rewritten by each append until it is this long.
TAIL_BYTES_MAX = 1024


class Edit(msgspec.Struct, frozen=True, gc=False):
    """Replace `removed_bytes` bytes of UTF-8 from offset `at_byte` on by `text`. Offsets count in the text before any edit."""

    at_byte: int
    removed_bytes: int
    text: str


class Content:
    """UTF-8 text in segments, with its SHA-256. The layout follows from the events alone, so replaying gives the same rows."""

    __slots__ = ("_hasher", "segments", "size_bytes")

    def __init__(self, segments: tuple[bytes, ...], hasher: "_Hash | None", size_bytes: int) -> None:
        """`segments` is never empty: the last one is the tail, be it empty. See `unhashed` for what is without a hasher."""
        self.segments = segments
        self._hasher = hasher
        self.size_bytes = size_bytes

    @classmethod
    def of(cls, segments: Iterable[bytes]) -> "Content":
        """The content these stored segments hold."""
        kept = tuple(segments) or (b"",)
        whole = b"".join(kept)
        return cls(kept, hashlib.sha256(whole), len(whole))

    @classmethod
    def from_text(cls, text: bytes) -> "Content":
        return cls(tuple(_chunks(text)), hashlib.sha256(text), len(text))

    @classmethod
    def unhashed(cls, text: bytes) -> "Content":
        """Hashed only when its hash is asked for, and so is what is made of it: on the way to a past version, nobody asks."""
        return cls(tuple(_chunks(text)), None, len(text))

    @property
    def digest(self) -> bytes:
        return (self._hasher or self._hashed()).digest()

    @property
    def hash(self) -> str:
        """Lower-case hexadecimal SHA-256 of the UTF-8 text."""
        return (self._hasher or self._hashed()).hexdigest()

    @property
    def tail(self) -> bytes:
        return self.segments[-1]

    @property
    def ends_line(self) -> bool:
        """Whether text added now would start on a line of its own."""
        last = self.tail or next((part for part in reversed(self.segments) if part), b"\n")
        return last.endswith((b"\n", b"\r"))

    def __bytes__(self) -> bytes:
        return b"".join(self.segments)

    def appended(self, text: bytes) -> "Content":
        if len(self.tail) + len(text) <= TAIL_BYTES_MAX or not self.tail:
            segments = (*self.segments[:-1], *_chunks(self.tail + text))
        else:
            segments = (*self.segments, *_chunks(text))
        hasher = self._hasher
        if hasher is not None:
            hasher = hasher.copy()
            hasher.update(text)
        return Content(segments, hasher, self.size_bytes + len(text))

    def replaced(self, text: bytes) -> "Content":
        return Content.unhashed(text) if self._hasher is None else Content.from_text(text)

    def edited(self, edits: Sequence[Edit]) -> "Content":
        """Segments away from the edits keep their place and bytes, so that little is stored anew."""
        if not edits:
            return self
        first, start = self._segment_at(edits[0].at_byte)
        last, _ = self._segment_at(edits[-1].at_byte + edits[-1].removed_bytes)
        middle = spliced(b"".join(self.segments[first : last + 1]), edits, start)
        size_bytes = self.size_bytes + sum(len(edit.text.encode()) - edit.removed_bytes for edit in edits)
        if last < len(self.segments) - 1 and len(middle) <= 2 * SEGMENT_BYTES_MAX:
            segments = (*self.segments[:first], middle, *(b"",) * (last - first), *self.segments[last + 1 :])
        else:
            rest = b"".join((middle, *self.segments[last + 1 :]))
            segments = (*self.segments[:first], *_chunks(rest))
        hasher = None if self._hasher is None else hashlib.sha256(b"".join(segments))
        return Content(segments, hasher, size_bytes)

    def _hashed(self) -> "_Hash":
        self._hasher = hashlib.sha256(bytes(self))
        return self._hasher

    def _segment_at(self, offset: int) -> tuple[int, int]:
        """The segment that holds the byte at `offset`, and where it starts; the end belongs to the last segment."""
        start = 0
        for index, segment in enumerate(self.segments):
            if offset < start + len(segment):
                return index, start
            start += len(segment)
        return len(self.segments) - 1, start - len(self.tail)


def spliced(part: bytes, edits: Sequence[Edit], start: int = 0) -> bytes:
    """The part of a text that begins at byte `start`, with all edits made, each counted in the text before any of them."""
    parts: list[bytes] = []
    position = 0
    for edit in edits:
        parts += (part[position : edit.at_byte - start], edit.text.encode())
        position = edit.at_byte - start + edit.removed_bytes
    parts.append(part[position:])
    return b"".join(parts)


def compose(first: Sequence[Edit], then: Sequence[Edit]) -> tuple[Edit, ...]:
    """The edits that do at once what `first` does, and `then` on its result."""
    middle = _Pieces(first)
    composed = _Composed()
    position = 0
    for edit in then:
        composed.take(middle.cut(edit.at_byte - position))
        middle.cut(edit.removed_bytes)
        composed.take([edit.text.encode()])
        position = edit.at_byte + edit.removed_bytes
    composed.take(middle.rest())
    return tuple(composed.edits)


class _Pieces:
    """A text after edits, as what it keeps of the one before and what was put in; cut off from its beginning on."""

    def __init__(self, edits: Sequence[Edit]) -> None:
        self._pieces: list[range | bytes] = []
        position = 0
        for edit in edits:
            self._pieces += (range(position, edit.at_byte), edit.text.encode())
            position = edit.at_byte + edit.removed_bytes
        # Nobody says how long the text is; whoever cuts stays inside it.
        self._pieces.append(range(position, sys.maxsize))
        self._pieces.reverse()

    def cut(self, length: int) -> list[range | bytes]:
        """The pieces of the next so many bytes."""
        taken: list[range | bytes] = []
        while length > 0:
            piece = self._pieces.pop()
            taken.append(piece[:length])
            if len(piece) > length:
                self._pieces.append(piece[length:])
            length -= len(taken[-1])
        return taken

    def rest(self) -> list[range | bytes]:
        return self._pieces[::-1]


class _Composed:
    """Edits made of pieces: what the pieces do not keep of the text before is removed."""

    def __init__(self) -> None:
        self.edits: list[Edit] = []
        self._position = 0
        self._put: list[bytes] = []

    def take(self, pieces: Sequence[range | bytes]) -> None:
        for piece in pieces:
            if isinstance(piece, bytes):
                self._put.append(piece)
            elif piece:
                text = b"".join(self._put).decode()
                if text or piece.start > self._position:
                    self.edits.append(Edit(self._position, piece.start - self._position, text))
                self._position = piece.stop
                self._put.clear()


def difference(old: bytes, new: bytes) -> Edit:
    """The one edit that makes `new` of `old`, cut between characters: their common head and tail are left out."""
    shorter = min(len(old), len(new))
    head = _common_head(old, new, shorter)
    while head and head < len(old) and _inside_character(old[head]):
        head -= 1
    while head and head < len(new) and _inside_character(new[head]):
        head -= 1
    rest = shorter - head
    tail = _common_head(old[::-1][:rest], new[::-1][:rest], rest)
    while tail and _inside_character(old[len(old) - tail]):
        tail -= 1
    return Edit(head, len(old) - tail - head, new[head : len(new) - tail].decode())


def _common_head(one: bytes, other: bytes, length: int) -> int:
    """How many bytes both start with. Halving on slices lets the machine compare blocks, where a loop would compare bytes."""
    low, high = 0, length
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _inside_character(byte: int) -> bool:
    return byte & 0xC0 == 0x80


def _chunks(text: bytes) -> list[bytes]:
    """Full segments, then a tail that is short enough for the page's row."""
    chunks = [text[at : at + SEGMENT_BYTES_MAX] for at in range(0, len(text), SEGMENT_BYTES_MAX)]
    if not chunks or len(chunks[-1]) > TAIL_BYTES_MAX:
        chunks.append(b"")
    return chunks
