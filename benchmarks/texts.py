"""Texts to search: test collections with their judgements, and pages put together from what people wrote."""

import random
import re
from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TypeVar

import msgspec

from benchmarks.processes import ROOT

DATA = ROOT.parent / "shared" / "data"
COLLECTIONS = tuple(DATA / "search" / name for name in ("cranfield", "cisi"))
BOOK = DATA / "vault" / "rust-book"
ABSENT = f"{DATA} is not here: those collections lie beside the repository only where Daybook is developed."
T = TypeVar("T")
SEED = 20261126
PAGE_WORDS = (150, 250)
TITLE_WORDS = (3, 8)
SENTENCE_WORDS_MIN = 10
# Short questions, as people type them.
QUESTION_WORDS = (3, 12)
_CODE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
_OPERATOR = re.compile(r'"|(?:^|\s)-\S')


class Document(msgspec.Struct, frozen=True):
    """One to be found."""

    id: str = msgspec.field(name="_id")
    title: str = ""
    text: str = ""


class Question(msgspec.Struct, frozen=True):
    """What somebody wanted to know."""

    id: str = msgspec.field(name="_id")
    text: str = ""


class Collection(msgspec.Struct, frozen=True):
    """`judged` says how relevant which documents are, by question; questions without a relevant one are left out."""

    name: str
    documents: list[Document]
    questions: list[Question]
    judged: dict[str, dict[str, int]]


class Page(msgspec.Struct, frozen=True):
    """One to be made."""

    slug: str
    title: str
    content: str


def collection(folder: Path) -> Collection:
    """A folder with corpus.jsonl, queries.jsonl and qrels.tsv."""
    judged: dict[str, dict[str, int]] = {}
    for line in (folder / "qrels.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        question, document, score = line.split("\t")
        if int(score) > 0:
            judged.setdefault(question, {})[document] = int(score)
    questions = _lines(folder / "queries.jsonl", Question)
    asked = [question for question in questions if question.id in judged]
    return Collection(folder.name, _lines(folder / "corpus.jsonl", Document), asked, judged)


def short_questions() -> list[str]:
    """Those of both collections that are as short as what people type, without signs that would mean something."""
    least, most = QUESTION_WORDS
    texts = [question.text for folder in COLLECTIONS for question in collection(folder).questions]
    return [text for text in texts if least <= len(text.split()) <= most and _OPERATOR.search(text) is None]


def made_pages(first: int, count: int) -> Iterator[Page]:
    """Sentences of one source put together anew, so that words are as frequent as in what people write. Always the same ones."""
    for number in range(first, first + count):
        yield _made_page(number)


def _made_page(number: int) -> Page:
    chance = random.Random(f"{SEED}/{number}")  # noqa: S311 - nobody has to be kept from guessing it
    runs = chance.choices(_sources(), weights=[len(source) for source in _sources()])[0]
    words = [word for _ in range(20) for word in chance.choice(runs).split()]
    content = " ".join(islice(words, chance.randint(*PAGE_WORDS)))
    title = " ".join(chance.choice(runs).split()[: chance.randint(*TITLE_WORDS)])
    return Page(f"page-{number}", title.strip(" .,:;")[:200] or f"Page {number}", content)


@cache
def _sources() -> list[list[str]]:
    """The sentences of the book and of each collection."""
    book = [_CODE.sub("", path.read_text(encoding="utf-8")) for path in sorted(BOOK.glob("*.md"))]
    texts = [book, *([document.text for document in collection(folder).documents] for folder in COLLECTIONS)]
    return [[sentence for text in source for sentence in _SENTENCE_END.split(text) if _is_whole(sentence)] for source in texts]


def _is_whole(sentence: str) -> bool:
    """Neither a heading, a list's item, nor HTML, which would make something else of all that follows in its line."""
    return len(sentence.split()) >= SENTENCE_WORDS_MIN and sentence[0].isalnum() and "<" not in sentence and "\n#" not in sentence


def _lines(path: Path, kind: type[T]) -> list[T]:
    return [msgspec.json.decode(line, type=kind) for line in path.read_bytes().splitlines() if line.strip()]
