"""Visions over HTTP. They are begun as drafts, and one of them is active."""

import msgspec
from litestar import get, post
from litestar.params import JSONBody
from litestar.response.base import ASGIResponse

from api.answers import encoded, json_answer, short_hash
from api.pages import REFUSALS_WITHOUT_BASE, answers
from api.planning.answering import carried_out, workspace_with
from api.planning.frame import Command, Find, Load, Resource
from api.planning.handlers import TAGS
from api.planning.noted import note_of
from api.planning.queries import FindQuery, Include, LoadQuery, read_query, wanted
from api.requests import QUERY, AnyRequest
from api.services import WithServices
from application.planning.planning import Made
from application.planning.reading import Beside, Found
from application.planning.visions import CreateVision, create_draft, mark_active
from domain.planning.notes import NOTES, Note
from domain.planning.visions import ACTIVE, VISIONS, Vision

PATH = "/life-plan/visions"
_NOTE = Beside(belonging=(NOTES,))


class FindVisions(FindQuery, kw_only=True):
    """Which visions, and what of each."""

    include_notes: Include = False

    def beside(self) -> Beside:
        return Beside(belonging=wanted((self.include_notes, NOTES)))


class VisionFindResultEntry(msgspec.Struct):
    """A vision, and its note if it was asked for."""

    vision: Vision
    note: Note | None


class VisionsAnswer(msgspec.Struct):
    """Visions in the order of their ref_ids."""

    entries: list[VisionFindResultEntry]


class VisionAnswer(msgspec.Struct):
    """A vision and its note, which says what it is."""

    vision: Vision
    note: Note


class ActiveVisionAnswer(msgspec.Struct):
    """The active vision and its note, if there is one."""

    vision: Vision | None
    note: Note | None


RESOURCE: Resource[Vision] = Resource(
    path=PATH,
    concept=VISIONS,
    one="vision",
    many="visions",
    find=Find(
        query=FindVisions, answer=VisionsAnswer, entry=lambda shown, _: VisionFindResultEntry(shown.itself, note_of(shown))
    ),
    load=Load(answer=VisionAnswer, shown=lambda shown, _: VisionAnswer(shown.itself, shown.the(NOTES)), beside=_NOTE),
    commands=[Command(name="mark-active", summary="Make a vision the active one", act=mark_active)],
)


@post(
    f"{PATH}/create-draft",
    responses=answers(VisionAnswer, 200, *REFUSALS_WITHOUT_BASE),
    status_code=200,
    summary="Begin a vision",
    tags=TAGS,
)
async def create_vision(
    request: AnyRequest,
    services: WithServices,
    data: JSONBody[CreateVision | None] = None,  # noqa: ARG001 - read so that a field which nobody knows is refused
) -> ASGIResponse:
    """As a draft, with an empty note to write it in."""

    async def answer(made: Made) -> bytes:
        return encoded(VisionAnswer(made.the(VISIONS), made.the(NOTES)))

    await workspace_with(request, services, VISIONS)
    return await carried_out(request, services, create_draft, VISIONS, answer)


@get(
    f"{PATH}/active",
    responses=answers(ActiveVisionAnswer, 200, 409),
    summary="Load the active vision",
    tags=TAGS,
    opt={QUERY: LoadQuery},
)
async def load_active(request: AnyRequest, services: WithServices) -> ASGIResponse:
    """Both are null if there is none."""
    query, workspace_id = read_query(request, LoadQuery), await workspace_with(request, services, VISIONS)
    found = Found(concept=VISIONS, seen=query.seen, beside=_NOTE, keep=lambda vision: vision.status == ACTIVE, limit=1)
    shown = [each async for piece in services.planning.reading.find(workspace_id, found) for each in piece]
    body = encoded(ActiveVisionAnswer(shown[0].itself, note_of(shown[0])) if shown else ActiveVisionAnswer(None, None))
    version = shown[0].entity.version if shown else None
    return json_answer(body, request=request, version=version, variant=short_hash(body))


HANDLERS = [create_vision, load_active]
