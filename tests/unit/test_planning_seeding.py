"""What every workspace has from the start, and what it may switch off."""

import asyncio
from typing import cast

import msgspec
import pytest
from planning_desk import AT, SEA, WHO, WORKSPACE, Here, done

from application.event_store import EventStore
from application.planning.draft import Draft
from application.planning.seeding import Seed, Seeding
from application.planning.settings import KNOWN_S, Features
from domain.planning.features import FeatureOff
from domain.planning.settings import PLANNING_SETTINGS, SettingsCreated, switched
from domain.planning.vacations import (
    VACATIONS,
)


async def _sow_one(draft: Draft) -> None:
    draft.begin(VACATIONS, msgspec.structs.replace(SEA, ref_id=draft.next_ref_id()))


def seeding(here: Here, *names: str) -> Seeding:
    seeds = [Seed(name, _sow_one) for name in names]
    return Seeding(cast("EventStore", here.store), here.planning, WHO, lambda: AT, seeds)


def test_every_seed_is_sown_once_by_whichever_process() -> None:
    here = Here()
    first, second = seeding(here, "a", "b"), seeding(here, "a", "b")
    done(first.sown(WORKSPACE))
    done(first.sown(WORKSPACE))
    done(second.sown(WORKSPACE))
    assert len(here.has(VACATIONS)) == 2
    assert {append.command.actor for append in here.store.appended} == {WHO}
    # One that comes with a later release reaches workspaces that are there.
    done(seeding(here, "a", "b", "c").sown(WORKSPACE))
    assert len(here.has(VACATIONS)) == 3
    done(seeding(here).sown(WORKSPACE))
    assert len(here.has(VACATIONS)) == 3


def test_seeds_that_are_sown_at_the_same_time_are_sown_once() -> None:
    here = Here()

    async def both() -> None:
        await asyncio.gather(*(seeding(here, "a", "b").sown(WORKSPACE) for _ in range(4)))

    done(both())
    assert len(here.has(VACATIONS)) == 2


def test_what_is_switched_off_is_noticed_and_remembered_for_a_moment() -> None:
    here, now = Here(), [100.0]
    features = Features(here.book, lambda: now[0])
    done(features.check(WORKSPACE, "vacations"))
    with pytest.raises(FeatureOff):
        done(features.check(WORKSPACE, "slack-tasks"))
    assert here.book.reads == 1

    async def begin(draft: Draft) -> None:
        draft.begin(PLANNING_SETTINGS, SettingsCreated(ref_id=draft.next_ref_id(), feature_flags={"vacations": False}))

    here.does(begin)
    done(features.check(WORKSPACE, "vacations"))
    now[0] += KNOWN_S
    with pytest.raises(FeatureOff):
        done(features.check(WORKSPACE, "vacations"))

    async def switch(draft: Draft) -> None:
        (settings,) = await draft.all(PLANNING_SETTINGS)
        draft.change(settings, switched(settings.entity, {"vacations": True}))

    assert here.does(switch) == ["planning_settings.features_switched"]
    features.forget(WORKSPACE)
    done(features.check(WORKSPACE, "vacations"))
