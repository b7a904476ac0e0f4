"""Many commands on pages in one request."""

from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Request, post
from litestar.params import JSONBody
from litestar.response.base import ASGIResponse
from msgspec import UNSET

from api.answers import json_answer
from api.batch_actions import ON_CONTENT, FindReplaceAction
from api.batch_shapes import BatchAnswer, BatchBody, BatchResult, BatchSummary, Read
from api.pages import REFUSALS_WITHOUT_BASE, answers
from api.problems import PROBLEM_MEDIA_TYPE, error_members, problem_body, status_of
from api.requests import LIMIT
from api.services import WithServices
from application.event_store import Answer
from application.pages.batches import Batch, BatchFailed, BatchUndone, Plan, Result
from domain.errors import DomainError, InvalidValue

# What refusals show of pages as they are: beyond so many bytes the further ones are left out.
CURRENT_BYTES_MAX = 16 * 1024 * 1024
AnyRequest = Request[Any, Any, Any]


@post(
    "/pages/batch",
    responses=answers(BatchAnswer, 200, *REFUSALS_WITHOUT_BASE, 410),
    status_code=200,
    opt={LIMIT: "batch"},
    summary="Many changes at once",
    tags=["pages"],
)
async def batch(request: AnyRequest, data: JSONBody[BatchBody], services: WithServices) -> ASGIResponse:
    """All or nothing, or with `"atomic": false` each action by itself. Each is decided as if those before it had happened.
    Where all or nothing comes to nothing, the answer is a problem with `results`, and its status that of the first failure.
    """
    command = await services.requests.command(request)
    if "if-match" in request.headers:
        raise InvalidValue(
            "If-Match names the version of one page. In a batch, give each action its own version or contentHash.",
            parameter="If-Match",
        )
    read = data.read()
    wanted = Batch(
        actions=[each.body for each in read],
        atomic=data.atomic,
        dry_run=data.dry_run,
        answer=lambda plan: _answer(request, data, read, plan),
    )
    if data.dry_run:
        # Nothing is done, so that the key is left for the batch itself.
        return _response(await services.batches.run(command, wanted), replayed=False)
    answer, replayed = await services.idempotency.once_found(
        command, lambda: services.batches.run(command, wanted), services.batches.again, services.batches.find
    )
    return _response(answer, replayed=replayed)


def _response(answer: Answer, *, replayed: bool) -> ASGIResponse:
    if answer.status != 200:
        headers = {"cache-control": "no-store"}
        return ASGIResponse(body=answer.body, status_code=answer.status, headers=headers, media_type=PROBLEM_MEDIA_TYPE)
    return json_answer(answer.body, replayed=replayed, position=answer.position)


def _answer(request: AnyRequest, data: BatchBody, read: Sequence[Read], plan: Plan) -> Answer:
    undone = data.atomic and plan.failed
    results = _results(read, plan, undone=undone)
    failed = sum(result.error is not None for result in plan.results)
    summary = BatchSummary(len(read), 0 if undone else len(read) - failed, len(read) if undone else failed)
    facts = {"success": not failed, "dryRun": data.dry_run, "results": results, "summary": summary}
    if not undone:
        return Answer(200, msgspec.json.encode(facts))
    index, error = next((n, result.error) for n, result in enumerate(plan.results) if result.error is not None)
    detail = f"Nothing was done, because action {index} ({read[index].name}) failed: {error.detail}"
    return Answer(status_of(error), problem_body(request, status_of(error), BatchFailed.code, detail, **facts))


def _results(read: Sequence[Read], plan: Plan, *, undone: bool) -> list[msgspec.Raw]:
    """Encoded one by one, because pages that refusals show may be of megabytes each."""
    encoded, room_bytes = [], CURRENT_BYTES_MAX
    for index, (each, result) in enumerate(zip(read, plan.results, strict=True)):
        error = result.error or (BatchUndone() if undone else None)
        one = _result(index, each, result, error, with_current=room_bytes > 0)
        if error is not None and "current" in error.facts:
            room_bytes -= len(one)
        encoded.append(msgspec.Raw(one))
    return encoded


def _result(index: int, read: Read, result: Result, error: DomainError | None, *, with_current: bool) -> bytes:
    found = BatchResult(index=index, action=read.name, slug=result.slug or read.slug, status=read.body.answers)
    if read.body.ref is not None:
        found.ref = read.body.ref
    if error is not None:
        found.error = error_members(error, content=read.name in ON_CONTENT, with_current=with_current)
        found.status = status_of(error)
    elif result.page is not None:
        page: Any = msgspec.Raw(result.page)
        found.page = page
        if isinstance(read.body, FindReplaceAction):
            found.replacements = sum(result.replacements)
            found.edits = UNSET if read.body.edits is UNSET else list(result.replacements)
    return msgspec.json.encode(found)


HANDLERS = [batch]
