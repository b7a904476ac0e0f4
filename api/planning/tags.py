"""Tags over HTTP, and what they are linked to."""

from collections.abc import Callable
from typing import Annotated, Any

import msgspec
from litestar import post
from litestar.params import JSONBody
from litestar.response.base import ASGIResponse
from msgspec import Meta

from api.answers import encoded
from api.pages import REFUSALS_WITHOUT_BASE, answers
from api.planning.answering import carried_out
from api.planning.frame import Change, Create, Find, Load, Resource
from api.planning.queries import FindQuery
from api.requests import AnyRequest
from api.services import WithServices
from application.planning.planning import Made
from application.planning.tags import ChangeTag, CreateTag, LinkTags, change_tag, create_tag, link_tags, remove_tag
from domain.planning.entities import Kept
from domain.planning.tags import TAG_LINKS, TAGS, Tag, TagLink, TagNamespace


class FindTags(FindQuery, kw_only=True):
    """Which tags."""

    filter_namespace: Annotated[tuple[TagNamespace, ...], Meta(description="For any of these.")] = ()

    def keep(self) -> Callable[[Tag], bool] | None:
        return (lambda tag: tag.namespace in self.filter_namespace) if self.filter_namespace else None


class TagsAnswer(msgspec.Struct):
    """Tags in the order of their ref_ids."""

    tags: list[Tag]


class TagAnswer(msgspec.Struct):
    """One tag."""

    tag: Tag


class NewTagAnswer(msgspec.Struct):
    """A tag as it was made."""

    new_tag: Tag


class TagLinkAnswer(msgspec.Struct):
    """The tags that something has now."""

    tag_link: TagLink


RESOURCE: Resource[Tag] = Resource(
    path="/common/tags",
    concept=TAGS,
    one="tag",
    many="tags",
    find=Find(query=FindTags, answer=TagsAnswer, entry=lambda shown, _: shown.itself, many="tags"),
    create=Create(order=CreateTag, act=create_tag, answer=NewTagAnswer, made=lambda made: NewTagAnswer(made.the(TAGS))),
    load=Load(answer=TagAnswer, shown=lambda shown, _: TagAnswer(shown.itself)),
    change=Change(order=ChangeTag, act=change_tag),
    remove=remove_tag,
)


@post(
    "/common/tags/link",
    responses=answers(TagLinkAnswer, 200, *REFUSALS_WITHOUT_BASE),
    status_code=200,
    summary="Link tags",
    tags=["planning"],
)
async def link(request: AnyRequest, data: JSONBody[LinkTags], services: WithServices) -> ASGIResponse:
    """Replaces the tags that something has, as far as they are shown: archived ones that are not named stay, and are back with it
    when they come back. Missing tags are made.
    """

    async def answer(made: Made) -> bytes:
        return encoded(TagLinkAnswer(made.the(TAG_LINKS)))

    async def untold(made: Made) -> Kept[Any]:
        """Of a command that was sent before, when nothing but archived tags came back."""
        workspace_id, owner = (await services.requests.caller(request)).workspace_id, data.source_entity_ref_id
        return await services.planning.commands.belonged(workspace_id, TAG_LINKS, owner, made.position)

    return await carried_out(request, services, lambda draft: link_tags(draft, data), TAG_LINKS, answer, untold=untold)


HANDLERS = [link]
