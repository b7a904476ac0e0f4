"""What is set for all persons, and what a workspace has of them from the start."""

import msgspec

from application.planning.draft import Draft
from application.planning.orders import OrderOnOne
from application.planning.persons import begin_circles
from application.planning.references import check_references
from domain.planning.entities import RefId
from domain.planning.prm import PRM_SETTINGS, PrmSettingsCreated


class ChangeCatchUpProject(OrderOnOne, kw_only=True):
    """The project that catching up should belong to."""

    catch_up_project_ref_id: RefId


async def begin_prm(draft: Draft) -> None:
    draft.begin(PRM_SETTINGS, PrmSettingsCreated(ref_id=draft.next_ref_id()))
    await begin_circles(draft)


async def change_catch_up_project(draft: Draft, order: ChangeCatchUpProject, versions: tuple[int, ...]) -> None:
    """Raises `EntityNotFound` and `FeatureOff`."""
    settings = draft.about((await draft.all(PRM_SETTINGS))[0], versions)
    chosen = {"catch_up_project_ref_id": order.catch_up_project_ref_id}
    await check_references(draft, PRM_SETTINGS, chosen, settings.entity)
    draft.change(settings, msgspec.structs.replace(settings.entity, **chosen))
