"""Answers whose bytes are ready: nothing is encoded twice."""

from typing import Any

import msgspec
from litestar.response.base import ASGIResponse

from application.page_views import doc, full_resource, resource, stamp
from domain.pages.state import Page

_MEDIA_TYPE = "application/json"


def json_answer(body: bytes, *, status: int = 200, version: int | None = None, replayed: bool = False) -> ASGIResponse:
    """`version` becomes the ETag; `replayed` says that this is an earlier answer again."""
    headers = {}
    if version is not None:
        headers["etag"] = f'"{version}"'
    if replayed:
        headers["idempotent-replay"] = "true"
    return ASGIResponse(body=body, status_code=status, headers=headers, media_type=_MEDIA_TYPE)


def encoded(value: Any) -> bytes:  # noqa: ANN401 - any response Struct
    return msgspec.json.encode(value)


def page_body(page: Page, parent_slug: str | None) -> bytes:
    """The answer of a command on a page."""
    listed = resource(doc(page.details), stamp(page), parent_slug)
    return b'{"page":%b}' % full_resource(listed, bytes(page.content), page.content.hash)
