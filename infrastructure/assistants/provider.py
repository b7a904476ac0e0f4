"""The connection to a provider for one question: one that the library cannot use in any other way than we mean it.

Left to itself, the library reads keys, addresses and headers from the environment, tells the provider about this machine, asks
again, follows redirects, and shows what was answered in its errors.
"""

import contextlib
import ssl
from collections.abc import AsyncIterator, Iterator
from functools import cached_property
from http import HTTPStatus
from typing import Any, cast

import httpx2
import msgspec
from openai import APIConnectionError, APIError, APITimeoutError, AsyncOpenAI

from application.assistant import AssistantFailed
from infrastructure.assistants.completion import NONSENSE, Completion
from infrastructure.assistants.conversation import Conversation
from infrastructure.providers import authorization, base_url
from infrastructure.retry_after import retry_after_s

RESPONSE_BYTES_MAX = 16 * 1024 * 1024
CONNECT_S_MAX = 10.0
DAY_S = 86_400
# What leaves. All else the library adds is about this machine, or was found in the environment.
_HEADERS = frozenset({"host", "content-type", "content-length", "accept", "connection"})
_KEY_REFUSED = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
_NOT_TAKEN = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY})
_TOO_LONG = (
    "it does not take this conversation. It may be too long for the model, and a new thread would do; or DAYBOOK_ASSISTANT_MODEL "
    "names one that cannot use tools."
)


class Dialect(msgspec.Struct, frozen=True):
    """What providers differ in: the name for how much may be written, and whether they tell how much it was."""

    bound: str
    usage: bool


# OpenAI's newer models take the second name alone, others know none but the first, and some refuse to be asked for usage.
DIALECTS = (Dialect("max_tokens", usage=True), Dialect("max_completion_tokens", usage=True), Dialect("max_tokens", usage=False))


class _NotTaken(AssistantFailed):
    """The request was refused as it is written; nobody has worked on it."""


class Provider:
    """A connection lives as long as a question, so that nothing has to be closed."""

    def __init__(self, url: str, model: str, *, api_key: str | None, timeout_s: float) -> None:
        self._base = str(base_url(url, route="/chat/completions", key_setting="DAYBOOK_ASSISTANT_API_KEY"))
        self._authorization = authorization(api_key)
        self._model = model
        self._timeout_s = timeout_s
        # What it was last understood in; until then each is tried.
        self._dialect: Dialect | None = None

    @contextlib.asynccontextmanager
    async def connected(self) -> AsyncIterator["Line"]:
        timeout = httpx2.Timeout(self._timeout_s, connect=min(CONNECT_S_MAX, self._timeout_s))
        hooks: dict[str, list[Any]] = {"request": [self._strip], "response": [_check]}
        http = httpx2.AsyncClient(timeout=timeout, verify=self._tls, event_hooks=hooks, follow_redirects=False)
        async with http:
            # Everything it would look for in the environment is given, and what it makes of the key is put right in `_strip`.
            client = AsyncOpenAI(
                api_key="given below",
                organization="",
                project="",
                admin_api_key="",
                webhook_secret="",
                base_url=self._base,
                timeout=cast("Any", timeout),
                max_retries=0,
                http_client=http,
            )
            yield Line(self, client)

    async def ask(self, client: AsyncOpenAI, talk: Conversation, tokens_max: int, *, tools: bool) -> Any:  # noqa: ANN401 - the library's stream
        """A refusal of how the request is written is no answer, so it is written in another way until one is known to do."""
        known = self._dialect
        for dialect in DIALECTS if known is None else (known,):
            try:
                with _failures(self._timeout_s):
                    stream = await client.chat.completions.create(**self._request(dialect, talk, tokens_max, tools=tools))
            except _NotTaken as refusal:
                refused = refusal
            else:
                self._dialect = dialect
                return stream
        raise AssistantFailed(refused.reason, str(refused))

    def failures(self) -> contextlib.AbstractContextManager[None]:
        return _failures(self._timeout_s)

    def _request(self, dialect: Dialect, talk: Conversation, tokens_max: int, *, tools: bool) -> dict[str, Any]:
        request: dict[str, Any] = {"model": self._model, "messages": talk.messages, "stream": True, dialect.bound: tokens_max}
        if dialect.usage:
            request["stream_options"] = {"include_usage": True}
        if talk.tools:
            # Named even where none may be used: some providers want to know those that the conversation speaks of.
            request |= {"tools": talk.tools, "tool_choice": "auto" if tools else "none"}
        return request

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """Kept, because to read all certificates takes as long as a request."""
        return httpx2.create_ssl_context()

    async def _strip(self, request: httpx2.Request) -> None:
        kept = {name: value for name, value in request.headers.items() if name.lower() in _HEADERS}
        # Unpacked answers have no bound that could be held to before they are unpacked.
        request.headers = httpx2.Headers({**kept, "accept-encoding": "identity", **self._authorization})


class Line:
    """What a question asks through."""

    def __init__(self, provider: Provider, client: AsyncOpenAI) -> None:
        self._provider = provider
        self._client = client

    @contextlib.asynccontextmanager
    async def completing(self, talk: Conversation, tokens_max: int, *, tools: bool) -> AsyncIterator[Completion]:
        """Leaving it closes the connection, wherever the answer is then."""
        async with await self._provider.ask(self._client, talk, tokens_max, tools=tools) as stream:
            with self._provider.failures():
                yield Completion(stream, tokens_max)


class _Bounded(httpx2.AsyncByteStream):
    """An answer up to a bound."""

    def __init__(self, whole: httpx2.AsyncByteStream) -> None:
        self._whole = whole

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = RESPONSE_BYTES_MAX
        async for piece in self._whole:
            left -= len(piece)
            if left < 0:
                raise AssistantFailed("nonsense", f"The assistant's provider answered more than {RESPONSE_BYTES_MAX} bytes.")
            yield piece

    async def aclose(self) -> None:
        await self._whole.aclose()


async def _check(response: httpx2.Response) -> None:
    """What the provider says beyond the status is left unread: some repeat the key in it."""
    if response.status_code != HTTPStatus.OK:
        raise _refusal(response.status_code, response.headers.get("retry-after", ""))
    if response.headers.get("content-encoding", "identity") != "identity":
        raise AssistantFailed("nonsense", NONSENSE)
    response.stream = _Bounded(cast("httpx2.AsyncByteStream", response.stream))


def _refusal(status: int, retry_after: str) -> AssistantFailed:
    answered = f"The assistant's provider answered {status}"
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        after_s = retry_after_s(retry_after)
        return AssistantFailed(
            "rate_limited", f"{answered}: it is asked too much, or its quota is used up. Ask again {_when(after_s)}."
        )
    if status in {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.GATEWAY_TIMEOUT}:
        return AssistantFailed("timed_out", f"{answered}: its model took too long. Ask again.")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return AssistantFailed("unavailable", f"{answered}: it is overloaded or out of order. Ask again in a while.")
    if status in _NOT_TAKEN:
        return _NotTaken("refused", f"{answered}: {_TOO_LONG}")
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return AssistantFailed("refused", f"{answered}: {_TOO_LONG}")
    if status in _KEY_REFUSED:
        return AssistantFailed("refused", f"{answered}: it does not accept the key. Check DAYBOOK_ASSISTANT_API_KEY.")
    if status == HTTPStatus.NOT_FOUND:
        where = "DAYBOOK_ASSISTANT_URL and DAYBOOK_ASSISTANT_MODEL"
        return AssistantFailed("refused", f"{answered}: it knows no such address, or no such model. Check {where}.")
    if status < HTTPStatus.MULTIPLE_CHOICES:
        return AssistantFailed("nonsense", NONSENSE)
    return AssistantFailed("refused", f"{answered}. Check DAYBOOK_ASSISTANT_URL.")


def _when(after_s: float | None) -> str:
    if after_s is None:
        return "in a while"
    return f"in {after_s:.0f} seconds" if after_s <= DAY_S else "later"


@contextlib.contextmanager
def _failures(timeout_s: float) -> Iterator[None]:
    """In our words, and without the cause, which may show what the provider said."""
    try:
        yield
    except APITimeoutError:
        raise AssistantFailed(
            "timed_out", f"The assistant's provider said nothing for {timeout_s:g} seconds. Ask again."
        ) from None
    except APIConnectionError:
        sentence = (
            "The assistant's provider cannot be reached, or broke off. Check DAYBOOK_ASSISTANT_URL, or ask again in a while."
        )
        raise AssistantFailed("unavailable", sentence) from None
    except APIError:
        # In the middle of an answer that began well.
        raise AssistantFailed("unavailable", "The assistant's provider broke its answer off. Ask again in a while.") from None
    except (ValueError, TypeError, AttributeError, RecursionError, httpx2.HTTPError):
        # No JSON, no text, or none of the shapes that the library expects.
        raise AssistantFailed("nonsense", NONSENSE) from None
