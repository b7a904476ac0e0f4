"""The settings of planning: which features a workspace has."""

from collections.abc import Callable
from uuid import UUID

from application.planning.draft import Draft
from application.planning.orders import OrderOnOne
from application.planning.ports import EntityBook
from domain.planning.entities import Kept
from domain.planning.features import FEATURES, Feature, FeatureOff
from domain.planning.settings import PLANNING_SETTINGS, PlanningSettings, SettingsCreated, switched

# For how long another process may go by what was switched before.
KNOWN_S = 2.0


class SwitchFeatures(OrderOnOne, kw_only=True):
    """Features to switch on or off; the others stay."""

    feature_flags: dict[Feature, bool]


async def begin_settings(draft: Draft) -> None:
    draft.begin(PLANNING_SETTINGS, SettingsCreated(ref_id=draft.next_ref_id(), feature_flags=dict(FEATURES)))


async def the_settings(draft: Draft) -> Kept[PlanningSettings]:
    """There are some in each workspace, since its first request."""
    return (await draft.all(PLANNING_SETTINGS))[0]


async def check_on(draft: Draft, feature: Feature | None) -> None:
    """Raises `FeatureOff`."""
    if feature is None:
        return
    for settings in await draft.all(PLANNING_SETTINGS):
        if not settings.entity.feature_flags.get(feature, True):
            raise FeatureOff(feature=feature)


async def switch_features(draft: Draft, order: SwitchFeatures, versions: tuple[int, ...]) -> None:
    settings = draft.about(await the_settings(draft), versions)
    draft.change(settings, switched(settings.entity, order.feature_flags))


class Features:
    """Which features are off, remembered for a moment, because every request asks."""

    def __init__(self, book: EntityBook, clock: Callable[[], float]) -> None:
        self._book = book
        self._clock = clock
        self._known: dict[UUID, tuple[float, frozenset[Feature]]] = {}

    async def check(self, workspace_id: UUID, feature: Feature | None) -> None:
        """Raises `FeatureOff`."""
        if feature is None:
            return
        until, off = self._known.get(workspace_id, (0.0, frozenset()))
        if until <= self._clock():
            off = await self._ask(workspace_id)
        if feature in off:
            raise FeatureOff(feature=feature)

    def forget(self, workspace_id: UUID) -> None:
        """Something was switched here."""
        self._known.pop(workspace_id, None)

    async def _ask(self, workspace_id: UUID) -> frozenset[Feature]:
        flags = FEATURES
        for settings in await self._book.of_kind(workspace_id, PLANNING_SETTINGS):
            flags = settings.entity.feature_flags
        off = frozenset(feature for feature, on in flags.items() if not on)
        self._known[workspace_id] = (self._clock() + KNOWN_S, off)
        return off
