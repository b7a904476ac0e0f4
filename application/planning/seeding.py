"""What every workspace that plans has from the start. It is sown when planning is first asked for, so that a workspace that only
keeps pages gets none of it.
"""

import contextlib
from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from application.event_store import Command, CommandKnown, EventStore
from application.planning.journal_settings import begin_journals
from application.planning.life_plan import begin_life_plan
from application.planning.metric_settings import begin_metric_settings
from application.planning.planning import Act, Planning
from application.planning.prm import begin_prm
from application.planning.schedule_streams import begin_schedule
from application.planning.settings import begin_settings
from application.planning.time_plan_settings import begin_time_plans
from application.planning.working_mem import begin_working_mem
from domain.events import Actor
from domain.ids import derived_id


class Seed(msgspec.Struct, frozen=True):
    """One of them: a command of its own, known in the log by its name, so that a seed which comes with a later release reaches
    older workspaces as well.
    """

    name: str
    act: Act


SEEDS: tuple[Seed, ...] = (
    Seed("settings", begin_settings),
    Seed("life-plan", begin_life_plan),
    Seed("schedule", begin_schedule),
    Seed("prm", begin_prm),
    Seed("metric-settings", begin_metric_settings),
    Seed("working-mem", begin_working_mem),
    Seed("time-plans", begin_time_plans),
    Seed("journals", begin_journals),
)


class Seeding:
    """Each process looks once for each workspace."""

    def __init__(
        self, store: EventStore, planning: Planning, actor: Actor, now: Callable[[], datetime], seeds: Sequence[Seed] = SEEDS
    ) -> None:
        self._store = store
        self._planning = planning
        self._actor = actor
        self._now = now
        self._seeds = seeds
        self._sown: set[UUID] = set()

    async def sown(self, workspace_id: UUID) -> None:
        """Everything is there afterwards, in the order of the seeds."""
        if workspace_id in self._sown:
            return
        for seed in self._seeds:
            await self._sow(workspace_id, seed)
        self._sown.add(workspace_id)

    async def _sow(self, workspace_id: UUID, seed: Seed) -> None:
        command_id = derived_id(f"{workspace_id}\nplanning\n{seed.name}")
        if await self._store.find_command(workspace_id, command_id) is not None:
            return
        command = Command(workspace_id=workspace_id, command_id=command_id, at=self._now(), actor=self._actor)
        # Somebody else may be sowing as well.
        with contextlib.suppress(CommandKnown):
            await self._planning.run(command, seed.act)
