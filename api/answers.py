"""Answers whose bytes are ready: nothing is encoded twice."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
from litestar.response.base import ASGIResponse
from litestar.response.streaming import ASGIStreamingResponse

_MEDIA_TYPE = "application/json"


def json_answer(body: bytes, *, status: int = 200, version: int | None = None, replayed: bool = False) -> ASGIResponse:
    """`version` becomes the ETag; `replayed` says that this is an earlier answer again."""
    headers = {}
    if version is not None:
        headers["etag"] = f'"{version}"'
    if replayed:
        headers["idempotent-replay"] = "true"
    return ASGIResponse(body=body, status_code=status, headers=headers, media_type=_MEDIA_TYPE)


def streamed_answer(pieces: AsyncIterator[bytes]) -> ASGIResponse:
    """For what may be too long to be held at once."""
    return ASGIStreamingResponse(iterator=pieces, media_type=_MEDIA_TYPE)


def encoded(value: Any) -> bytes:  # noqa: ANN401 - any response Struct
    return msgspec.json.encode(value)
