"""Vectors from a provider over HTTP, by the API that OpenAI began and Ollama, vLLM, LiteLLM and others speak too."""

import asyncio
import math
import ssl
from collections.abc import Sequence
from functools import cached_property
from http import HTTPStatus

import httpx
import msgspec

from application.embeddings import TEXT_CHARACTERS_MAX, EmbeddingsUnavailable, TextRefused
from infrastructure.providers import authorization, base_url
from infrastructure.retry_after import retry_after_s

TEXTS_MAX = 64
RESPONSE_BYTES_MAX = 16 * 1024 * 1024
TIMEOUT_S = 30.0
# One more attempt after each.
PAUSES_S = (0.5, 2.0)
# Whoever is to wait longer comes back on their own.
RETRY_AFTER_S_MAX = 10.0
# OpenAI refuses a request as a whole when one of its texts is empty.
BLANK = "(no text)"
_NONSENSE = (
    "The embeddings provider answered something else than a vector for each text. Check that DAYBOOK_EMBEDDINGS_URL leads to an "
    "OpenAI-compatible API, and DAYBOOK_EMBEDDINGS_MODEL names a model for embeddings."
)


class _TryAgain(EmbeddingsUnavailable):
    """What may be over in a moment."""

    def __init__(self, sentence: str, after_s: float = 0.0) -> None:
        super().__init__(sentence)
        self.after_s = after_s


class _Vector(msgspec.Struct):
    index: int
    embedding: list[float]


class _Answer(msgspec.Struct):
    data: list[_Vector]


_TEXT_REFUSED = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNPROCESSABLE_ENTITY})


class OpenAiCompatibleEmbedder:
    """A connection lives as long as a call, so that nothing has to be closed. No redirect is followed: it would get the key."""

    def __init__(
        self,
        url: str,
        model: str,
        *,
        api_key: str | None = None,
        timeout_s: float = TIMEOUT_S,
        pauses_s: Sequence[float] = PAUSES_S,
    ) -> None:
        base = base_url(url, route="/embeddings", key_setting="DAYBOOK_EMBEDDINGS_API_KEY")
        # The place belongs to it: two providers may call different models by one name.
        self.model = f"{model}@{base.netloc.decode()}{base.path}"
        self._url = f"{base}/embeddings"
        self._name = model
        # Unpacked answers have no bound that could be held to before they are unpacked.
        self._headers = {"content-type": "application/json", "accept-encoding": "identity", **authorization(api_key)}
        self._timeout_s = timeout_s
        self._pauses_s = pauses_s
        self._length: int | None = None

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        vectors: list[list[float]] = []
        async with httpx.AsyncClient(timeout=self._timeout_s, verify=self._tls) as client:
            for start in range(0, len(texts), TEXTS_MAX):
                vectors += await self._patiently(client, texts[start : start + TEXTS_MAX])
        return vectors

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """Kept, because to read all certificates takes as long as a request."""
        return httpx.create_ssl_context()

    async def _patiently(self, client: httpx.AsyncClient, texts: Sequence[str]) -> list[list[float]]:
        for pause_s in self._pauses_s:
            try:
                return await self._ask(client, texts)
            except _TryAgain as refusal:
                if refusal.after_s > RETRY_AFTER_S_MAX:
                    raise
                await asyncio.sleep(max(pause_s, refusal.after_s))
        return await self._ask(client, texts)

    async def _ask(self, client: httpx.AsyncClient, texts: Sequence[str]) -> list[list[float]]:
        shown = [cut if (cut := text[:TEXT_CHARACTERS_MAX]).strip() else BLANK for text in texts]
        body = await self._post(client, msgspec.json.encode({"model": self._name, "input": shown}))
        # Some megabytes of numbers: requests of others go on meanwhile.
        vectors = await asyncio.to_thread(_vectors, body, len(texts))
        self._check_lengths(vectors)
        return vectors

    async def _post(self, client: httpx.AsyncClient, body: bytes) -> bytes:
        try:
            # Over everything together: a provider that sends a byte now and then is not waited for either.
            async with asyncio.timeout(self._timeout_s):
                request = client.stream("POST", self._url, content=body, headers=self._headers)
                async with request as response:
                    _check_status(response)
                    return await _bounded(response)
        except (TimeoutError, httpx.TimeoutException) as error:
            sentence = f"The embeddings provider did not answer within {self._timeout_s:g} seconds."
            raise EmbeddingsUnavailable(sentence) from error
        except httpx.TransportError as error:
            raise _TryAgain("The embeddings provider cannot be reached. Check DAYBOOK_EMBEDDINGS_URL.") from error

    def _check_lengths(self, vectors: list[list[float]]) -> None:
        lengths = {len(vector) for vector in vectors}
        if self._length is not None:
            lengths.add(self._length)
        if len(lengths) > 1:
            raise EmbeddingsUnavailable(
                "The embeddings provider answers vectors of different lengths under one name. If its model was exchanged, give "
                "the new one another name in DAYBOOK_EMBEDDINGS_MODEL and start again."
            )
        (self._length,) = lengths


def _check_status(response: httpx.Response) -> None:
    """What the provider says beyond the status is left unread: some repeat the key in it."""
    status = response.status_code
    if status == HTTPStatus.OK:
        return
    answered = f"The embeddings provider answered {status}"
    if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        after_s = retry_after_s(response.headers.get("retry-after", "")) or 0.0
        raise _TryAgain(
            f"{answered}: it is overloaded, out of order, or its quota is used up. See there if it stays so.", after_s
        )
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        raise EmbeddingsUnavailable(f"{answered}: it does not accept the key. Check DAYBOOK_EMBEDDINGS_API_KEY.")
    if status in _TEXT_REFUSED:
        raise TextRefused(f"{answered}: it does not take one of the texts, or does not know DAYBOOK_EMBEDDINGS_MODEL.")
    raise EmbeddingsUnavailable(f"{answered}. Check DAYBOOK_EMBEDDINGS_URL and DAYBOOK_EMBEDDINGS_MODEL.")


async def _bounded(response: httpx.Response) -> bytes:
    body = bytearray()
    async for piece in response.aiter_raw():
        body += piece
        if len(body) > RESPONSE_BYTES_MAX:
            raise EmbeddingsUnavailable(f"The embeddings provider answered more than {RESPONSE_BYTES_MAX} bytes.")
    return bytes(body)


def _vectors(body: bytes, count: int) -> list[list[float]]:
    """In the order of the texts, which need not be that of the answer."""
    try:
        answer = msgspec.json.decode(body, type=_Answer)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise EmbeddingsUnavailable(_NONSENSE) from error
    by_index = {vector.index: vector.embedding for vector in answer.data}
    if len(answer.data) != count or by_index.keys() != set(range(count)):
        raise EmbeddingsUnavailable(_NONSENSE)
    return [_unit(by_index[index]) for index in range(count)]


def _unit(numbers: list[float]) -> list[float]:
    length = math.hypot(*numbers)
    if not 0.0 < length < math.inf:
        raise EmbeddingsUnavailable(_NONSENSE)
    return [number / length for number in numbers]
