"""Answers as server-sent events, for whoever asks for them by `Accept`."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

from litestar.openapi.spec import OpenAPIMediaType, Operation, Schema
from litestar.openapi.spec.enums import OpenAPIType
from litestar.response.base import ASGIResponse
from litestar.response.streaming import ASGIStreamingResponse

from api.media_types import forms
from api.requests import AnyRequest

EVENT_STREAM = "text/event-stream"
# How long a stream may say nothing, before somebody on the way takes the line for dead.
HEARTBEAT_S = 15.0
# A comment, which is no event.
SILENCE = b":\n\n"
_JSON = "application/json"
_HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}


def wants_stream(request: AnyRequest) -> bool:
    """Whether a stream is liked better than JSON."""
    return request.accept.best_match([_JSON, EVENT_STREAM]) == EVENT_STREAM


def event_stream(frames: AsyncIterator[bytes], headers: Mapping[str, str] | None = None) -> ASGIResponse:
    return ASGIStreamingResponse(iterator=frames, headers={**_HEADERS, **(headers or {})}, media_type=EVENT_STREAM)


def frame(name: str, data: bytes) -> bytes:
    """`data` is JSON in one line: a line break would end the field."""
    return b"event: %b\ndata: %b\n\n" % (name.encode(), data)


def also_streamed(operation: Operation, description: str) -> None:
    """Says so in the document, of an operation that answers JSON as well."""
    schema: Any = Schema(type=OpenAPIType.STRING, description=description)
    forms(operation)[EVENT_STREAM] = OpenAPIMediaType(schema=schema)
