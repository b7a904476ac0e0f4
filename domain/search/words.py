"""Text made ready for PostgreSQL's parser, which knows words by the spaces between. Documents and queries go the same way."""

import re
import unicodedata
from typing import Final

# Scripts that put no spaces between words, and Hangul, whose words take endings: Thai to Khmer, Hangul, kana, Han.
_UNSPACED: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3130-\u318f\u31f0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U0001b000-\U0001b16f\U00020000-\U0003ffff"
)
_SYMBOLS: Final = "\u2190-\u2bff\U0001f000-\U0001faff"
_RUN: Final = re.compile(f"[{_UNSPACED}]+")
_LAST_RUN: Final = re.compile(f"[{_UNSPACED}]+$")
_SYMBOL: Final = re.compile(f"[{_SYMBOLS}]")
_EITHER: Final = re.compile(f"[{_UNSPACED}{_SYMBOLS}]")
# What PostgreSQL would take for one path, host or address: its parts are words.
_JOINTS: Final = re.compile(r"[/\\@:=_]|(?<=[^\W\d_])\.(?=[^\W\d_])")
# C++ and C# are not C.
_SIGNS: Final = ((re.compile(r"(?<=\w)\+\+"), "plusplus"), (re.compile(r"(?<=\w)#(?!\w)"), "sharp"))


def words_of(text: str) -> str:
    """Of a text in which things are looked for. A run of an unspaced script becomes its pairs of characters and its last one by
    itself, so that any part of it can be found; a symbol becomes a word of its own.
    """
    return _words(text, ends=True)


def words_asked(text: str) -> str:
    """Of what is looked for: the end of a run need not be the end of one in the text."""
    return _words(text, ends=False)


def phrase_asked(text: str) -> tuple[str, bool]:
    """The same of a phrase, and whether its last word may go on. Of its runs, only one at its end need not end in the text."""
    whole = unicodedata.normalize("NFKC", text).strip()
    last = _LAST_RUN.search(whole)
    if last is None:
        return words_of(whole), False
    return words_of(whole[: last.start()]) + words_asked(last[0]), len(last[0]) == 1


def unspaced_runs(text: str) -> list[str]:
    """The runs of unspaced scripts in a text."""
    return _RUN.findall(unicodedata.normalize("NFKC", text))


def _words(text: str, *, ends: bool) -> str:
    plain = unicodedata.normalize("NFKC", text)
    for sign, word in _SIGNS:
        plain = sign.sub(word, plain)
    plain = _JOINTS.sub(" ", plain)
    if _EITHER.search(plain) is None:
        return plain
    return _SYMBOL.sub(lambda found: f" sign{ord(found[0]):x} ", _RUN.sub(lambda found: _pairs(found[0], ends=ends), plain))


def _pairs(run: str, *, ends: bool) -> str:
    pairs = [run[place : place + 2] for place in range(len(run) - 1)]
    if ends or not pairs:
        pairs.append(run[-1])
    return f" {' '.join(pairs)} "
