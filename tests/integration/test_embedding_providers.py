"""A provider of embeddings that answers late, not at all, or something else: what we make of it, and what we never say."""

import asyncio
import logging
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from providers import Provider, numbered, providing

from application.embeddings import TEXT_CHARACTERS_MAX, EmbeddingsUnavailable
from daybook.choices import embedder_for
from daybook.settings import Settings
from infrastructure.embeddings import openai_compatible
from infrastructure.embeddings.local import LocalEmbedder
from infrastructure.embeddings.openai_compatible import (
    BLANK,
    RETRY_AFTER_S_MAX,
    TEXTS_MAX,
    OpenAiCompatibleEmbedder,
)
from infrastructure.providers import ProviderSettingsInvalid

KEY = "sk-very-secret"


@pytest.fixture
def provider() -> Iterator[Provider]:
    with providing(lambda text: [float(len(text)), 1.0, 0.0]) as made:
        yield made


def embedder_of(provider: Provider, **settings: Any) -> OpenAiCompatibleEmbedder:
    return OpenAiCompatibleEmbedder(provider.url, "a-model", api_key=KEY, **{"pauses_s": (0.01, 0.02), **settings})


async def test_a_request_is_what_the_api_asks_for(provider: Provider) -> None:
    await embedder_of(provider).embed(["one", "two"])
    (received,) = provider.receiver.received
    assert received.path == "/v1/embeddings"
    assert received.event == {"model": "a-model", "input": ["one", "two"]}
    assert received.headers["authorization"] == f"Bearer {KEY}"
    assert received.headers["content-type"] == "application/json"


async def test_without_a_key_none_is_sent(provider: Provider) -> None:
    await OpenAiCompatibleEmbedder(f"{provider.url}/", "a-model", api_key="").embed(["one"])
    (received,) = provider.receiver.received
    assert received.path == "/v1/embeddings"
    assert "authorization" not in received.headers


async def test_requests_hold_so_many_texts_and_so_much_of_each(provider: Provider) -> None:
    texts = ["x" * (TEXT_CHARACTERS_MAX + 1), *[""] * (TEXTS_MAX - 1), " " * TEXT_CHARACTERS_MAX + "x"]
    assert len(await embedder_of(provider).embed(texts)) == TEXTS_MAX + 1
    assert provider.asked == [["x" * TEXT_CHARACTERS_MAX, *[BLANK] * (TEXTS_MAX - 1)], [BLANK]]


@pytest.mark.parametrize("status", [429, 500, 502, 503, 529])
async def test_what_may_be_over_in_a_moment_is_tried_again(provider: Provider, status: int) -> None:
    provider.answers([], status)
    provider.answers([], status)
    assert len(await embedder_of(provider).embed(["one"])) == 1
    assert len(provider.asked) == 3


async def test_after_the_last_attempt_it_is_unavailable(provider: Provider) -> None:
    provider.receiver.always = 503
    with pytest.raises(EmbeddingsUnavailable, match="answered 503"):
        await embedder_of(provider).embed(["one"])
    assert len(provider.asked) == 3


async def test_retry_after_is_heeded(provider: Provider) -> None:
    provider.answers([], 429, **{"retry-after": "1"})
    began = time.monotonic()
    await embedder_of(provider).embed(["one"])
    assert time.monotonic() - began >= 1


@pytest.mark.parametrize(
    "asked",
    [str(int(RETRY_AFTER_S_MAX) + 1), format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)],
    # A name with the time in it would be another in each process of the run.
    ids=["seconds", "date"],
)
async def test_who_asks_for_more_patience_than_we_have_is_left_alone(provider: Provider, asked: str) -> None:
    provider.answers([], 429, **{"retry-after": asked})
    with pytest.raises(EmbeddingsUnavailable, match="answered 429"):
        await embedder_of(provider).embed(["one"])
    assert len(provider.asked) == 1


@pytest.mark.parametrize(
    ("status", "setting"),
    [(400, "_MODEL"), (401, "_API_KEY"), (403, "_API_KEY"), (404, "_URL"), (307, "_URL"), (204, "_URL")],
)
async def test_what_will_not_pass_by_itself_is_not_repeated_and_says_where_to_look(
    provider: Provider, status: int, setting: str
) -> None:
    provider.answers([], status, location="http://127.0.0.1:1/v1/embeddings")
    with pytest.raises(EmbeddingsUnavailable, match=f"DAYBOOK_EMBEDDINGS{setting}"):
        await embedder_of(provider).embed(["one"])
    assert len(provider.asked) == 1


def silent(_handler: BaseHTTPRequestHandler) -> None:
    time.sleep(1)


def dribbling(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(20):
        handler.wfile.write(b" ")
        time.sleep(0.05)


@pytest.mark.parametrize("answer", [silent, dribbling])
async def test_nobody_is_waited_for_longer_than_the_timeout(provider: Provider, answer: Any) -> None:
    provider.receiver.always = answer
    began = time.monotonic()
    with pytest.raises(EmbeddingsUnavailable, match=r"within 0\.3 seconds"):
        await embedder_of(provider, timeout_s=0.3).embed(["one"])
    assert time.monotonic() - began < 0.9


async def test_nobody_there_is_unavailable() -> None:
    embedder = OpenAiCompatibleEmbedder("http://127.0.0.1:1/v1", "a-model", pauses_s=(0.01,))
    with pytest.raises(EmbeddingsUnavailable, match="cannot be reached"):
        await embedder.embed(["one"])


@pytest.mark.parametrize(
    "data",
    [
        [numbered(0, [1.0, 0.0])],
        [numbered(0, [1.0, 0.0]), numbered(1, [1.0, 0.0]), numbered(2, [1.0, 0.0])],
        [numbered(0, [1.0, 0.0]), numbered(0, [1.0, 0.0])],
        [numbered(1, [1.0, 0.0]), numbered(2, [1.0, 0.0])],
        [numbered(0, [1.0, 0.0]), numbered(1, [1.0])],
        [numbered(0, [1.0, 0.0]), numbered(1, [])],
        [numbered(0, [1.0, 0.0]), numbered(1, [0.0, 0.0])],
        [numbered(0, [1.0, 0.0]), numbered(1, [float("nan"), 0.0])],
        [numbered(0, [1.0, 0.0]), numbered(1, [float("inf"), 0.0])],
        [numbered(0, [1.0, 0.0]), numbered(1, [1.7e308, 1.7e308])],
        [numbered(0, [1.0, 0.0]), {"index": 1, "embedding": "AACAPwAAAAA="}],
        {"error": "none"},
        None,
    ],
)
async def test_anything_but_a_vector_for_each_text_is_refused(provider: Provider, data: object) -> None:
    provider.answers(data)
    with pytest.raises(EmbeddingsUnavailable, match="The embeddings provider answer"):
        await embedder_of(provider).embed(["one", "two"])
    assert len(provider.asked) == 1


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff\xfe", b"[" * 100_000, b'{"data": [{"index": 0, "embedding": [1e999]}]}'])
async def test_garbage_is_refused(provider: Provider, body: bytes) -> None:
    provider.receiver.answers.append((200, {}, body))
    with pytest.raises(EmbeddingsUnavailable, match="something else than a vector"):
        await embedder_of(provider).embed(["one"])


async def test_an_answer_has_a_bound(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    body = b'{"data": [{"index": 0, "embedding": [1.0]}]}'
    for bound in (len(body) - 1, len(body)):
        provider.receiver.answers.append((200, {}, body))
        monkeypatch.setattr(openai_compatible, "RESPONSE_BYTES_MAX", bound)
        if bound < len(body):
            with pytest.raises(EmbeddingsUnavailable, match=f"more than {bound} bytes"):
                await embedder_of(provider).embed(["one"])
        else:
            assert await embedder_of(provider).embed(["one"]) == [[1.0]]


async def test_a_model_that_was_exchanged_under_its_name_is_noticed(provider: Provider) -> None:
    embedder = embedder_of(provider)
    await embedder.embed(["one"])
    provider.answers([numbered(0, [1.0])])
    with pytest.raises(EmbeddingsUnavailable, match="different lengths"):
        await embedder.embed(["one"])
    assert len((await embedder.embed(["one"]))[0]) == 3


async def test_a_call_can_be_given_up(provider: Provider) -> None:
    provider.receiver.always = silent
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(embedder_of(provider).embed(["one"]), 0.2)


async def test_the_key_is_in_no_message_and_no_log(provider: Provider, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    provider.answers([], 429)
    provider.answers({"message": f"wrong key: {KEY}"}, 401)
    with pytest.raises(EmbeddingsUnavailable) as refused:
        await embedder_of(provider).embed(["one"])
    told = "".join(traceback.format_exception(refused.value))
    assert KEY not in told + repr(refused.value) + caplog.text + repr(embedder_of(provider))


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("models.example/v1", None),
        ("ftp://models.example/v1", None),
        ("https://", None),
        ("https://user:secret@models.example/v1", None),
        ("https://models.example/v1?key=secret", None),
        ("https://models.example:secret/v1", None),
        ("https://models.example/v1", "secret\nsecret"),
        ("https://models.example/v1", "secret☃"),
    ],
)
def test_settings_that_cannot_work_are_refused_without_being_repeated(url: str, key: str | None) -> None:
    with pytest.raises(ProviderSettingsInvalid) as refused:
        OpenAiCompatibleEmbedder(url, "a-model", api_key=key)
    assert "secret" not in "".join(traceback.format_exception(refused.value))


def test_the_name_says_whose_model_it_is() -> None:
    named = {
        OpenAiCompatibleEmbedder(url, model).model
        for url in ("https://one.example/v1", "https://one.example/v1/", "https://two.example/v1", "http://one.example:81/v1")
        for model in ("small", "large")
    }
    assert len(named) == 6
    assert "small@one.example/v1" in named


def test_the_settings_choose_who_makes_vectors() -> None:
    assert embedder_for(Settings(embeddings="off", embeddings_url="https://one.example/v1")) is None
    assert isinstance(embedder_for(Settings()), LocalEmbedder)
    chosen = embedder_for(Settings(embeddings_url="https://one.example/v1", embeddings_model="small"))
    assert chosen is not None
    assert chosen.model == "small@one.example/v1"


def test_nothing_of_the_local_model_is_imported_before_it_is_needed() -> None:
    heavy = "{'numpy', 'onnxruntime', 'tokenizers', 'huggingface_hub'}"
    program = f"import sys, daybook.cli, daybook.asgi, daybook.choices; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
