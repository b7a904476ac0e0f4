"""`search_quality`: how well the three modes find what people judged relevant, through the API, beside `bm25s`."""

import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

import asyncpg
import bm25s
import httpx

from benchmarks.measuring import Plan, Report, Table, say
from benchmarks.searchable import MODES, fill, found, until_ready
from benchmarks.server import running_server
from benchmarks.services import daybook
from benchmarks.texts import ABSENT, COLLECTIONS, Collection, Document, Page, collection

NAME = "search_quality"
TITLE = "What searches find"
TOP, DEPTH = 10, 100
TITLE_CHARACTERS_MAX = 500
# nDCG@10 and Recall@100 that hybrid search is to reach.
GOALS = {"cranfield": (0.425, 0.79), "cisi": (0.442, 0.51)}
PLAIN, STEMMED = "bm25s", "bm25s, stemmed"
_WORD = re.compile(r"(?u)\b\w\w+\b")
_NOTES = (
    f"Titles and texts are pages of a running service; each question goes as it stands to `/v1/pages/search`, limit {DEPTH}.",
    "Gains are linear (rel / log2(rank + 1)); questions without a relevant document are left out. Vectors: the local model.",
    "bm25s: title and text in one, its own stop words, otherwise its defaults.",
    "Stemmed: by the Snowball stemmer in PostgreSQL, because PyStemmer would be one more thing to install.",
)
# The best first, for each question.
Found = Mapping[str, Sequence[str]]


class Quality(NamedTuple):
    """Means over all questions."""

    ndcg: float
    recall: float


async def run(plan: Plan, report: Report) -> None:
    folders = [*(folder for folder in COLLECTIONS if folder.exists()), *map(Path, plan.collections)]
    if not folders:
        say(ABSENT)
        report.notes.append(f"Not measured: {ABSENT}")
        return
    collections = [collection(folder) for folder in folders]
    names = [each.name for each in collections]
    async with running_server() as server, daybook(server, names, settings={"DAYBOOK_EMBEDDINGS": "local"}) as service:
        for each in collections:
            async with service.client(each.name) as http:
                runs = await _searched(http, each)
            runs |= {PLAIN: _bm25s(each, {}), STEMMED: _bm25s(each, await _stems(server.dsn("daybook"), each))}
            qualities = {name: quality(each, run) for name, run in runs.items()}
            report.rounds |= {f"{each.name}/{name}": [found._asdict()] for name, found in qualities.items()}
            report.tables.append(_table(each, qualities))
    report.notes += _NOTES


async def _searched(http: httpx.AsyncClient, given: Collection) -> dict[str, Found]:
    pages = {f"document-{number}": document for number, document in enumerate(given.documents, 1)}
    say(f"{given.name}: {len(given.documents):,} documents, {len(given.questions)} questions")
    await until_ready(http, await fill(http, (_page(slug, document) for slug, document in pages.items())))
    runs: dict[str, Found] = {}
    for mode in MODES:
        slugs = {each.id: await found(http, each.text, mode, DEPTH) for each in given.questions}
        runs[mode] = {question: [pages[slug].id for slug in ranked] for question, ranked in slugs.items()}
        say(f"{given.name}, {mode}: {_shown(quality(given, runs[mode]))}")
    return runs


def _page(slug: str, document: Document) -> Page:
    title = " ".join(document.title.split())
    # What a title has no room for is text.
    text = document.text if len(title) <= TITLE_CHARACTERS_MAX else f"{title}\n\n{document.text}"
    return Page(slug, title[:TITLE_CHARACTERS_MAX] or slug, text)


def _bm25s(given: Collection, stems: Mapping[str, str]) -> Found:
    def stemmed(words: Sequence[str]) -> list[str]:
        return [stems.get(word, word) for word in words]

    def tokens(texts: list[str]) -> list[list[str]]:
        split = bm25s.tokenize(texts, stemmer=stemmed, return_ids=False, show_progress=False)
        return [list(words) for words in split]

    index = bm25s.BM25()
    index.index(tokens([f"{document.title} {document.text}" for document in given.documents]), show_progress=False)
    depth = min(DEPTH, len(given.documents))
    places, scores = index.retrieve(tokens([each.text for each in given.questions]), k=depth, show_progress=False)
    return {
        question.id: [given.documents[place].id for place, score in zip(row, points, strict=True) if score > 0]
        for question, row, points in zip(given.questions, places, scores, strict=True)
    }


async def _stems(dsn: str, given: Collection) -> dict[str, str]:
    texts = [f"{document.title} {document.text}" for document in given.documents] + [each.text for each in given.questions]
    words = sorted({word for text in texts for word in _WORD.findall(text.lower())})
    connection = await asyncpg.connect(dsn)
    rows = await connection.fetch("SELECT w, ts_lexize('english_stem', w) AS stems FROM unnest($1::text[]) w", words)
    await connection.close()
    # What is a stop word to PostgreSQL has no stem; bm25s has stop words of its own.
    return {row["w"]: row["stems"][0] for row in rows if row["stems"]}


def quality(given: Collection, run: Found) -> Quality:
    ndcg = [_ndcg(given.judged[question.id], run[question.id]) for question in given.questions]
    recall = [_recall(given.judged[question.id], run[question.id]) for question in given.questions]
    return Quality(fmean(ndcg), fmean(recall))


def _ndcg(judged: Mapping[str, int], ranked: Sequence[str]) -> float:
    return _gain([judged.get(each, 0) for each in ranked]) / _gain(sorted(judged.values(), reverse=True))


def _gain(relevances: Sequence[int]) -> float:
    return sum(relevance / math.log2(rank + 1) for rank, relevance in enumerate(relevances[:TOP], 1))


def _recall(judged: Mapping[str, int], ranked: Sequence[str]) -> float:
    return len(judged.keys() & set(ranked[:DEPTH])) / len(judged)


def _table(given: Collection, qualities: Mapping[str, Quality]) -> Table:
    title = f"{given.name}: {len(given.documents):,} documents, {len(given.questions)} questions"
    table = Table(title, ["", f"nDCG@{TOP}", f"Recall@{DEPTH}", "goals", "met"], [])
    for name, reached in qualities.items():
        goals = GOALS.get(given.name) if name == "hybrid" else None
        told = ["", ""] if goals is None else [_shown(goals), "yes" if _met(reached, goals) else "no"]
        table.rows.append([name, f"{reached.ndcg:.4f}", f"{reached.recall:.4f}", *told])
    return table


def _met(reached: Quality, goals: tuple[float, float]) -> bool:
    return reached.ndcg >= goals[0] and reached.recall >= goals[1]


def _shown(pair: tuple[float, float]) -> str:
    return f"{pair[0]:.4g} / {pair[1]:.4g}"
