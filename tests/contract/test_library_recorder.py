"""The `eventsourcing` library's own recorder tests, and its Application and ProjectionRunner, on Daybook's log."""

import asyncio
from collections.abc import Callable
from functools import singledispatchmethod
from typing import Any, ClassVar
from uuid import UUID, uuid4

import asyncpg
import pytest
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import Tracking
from eventsourcing.projection import Projection, ProjectionRunner
from eventsourcing.tests import persistence as library

from infrastructure.recorder import SynchronousAggregateRecorder, SynchronousRecorder
from infrastructure.sql import sql


async def _begin_workspace(owner_dsn: str) -> UUID:
    workspace_id = uuid4()
    connection = await asyncpg.connect(owner_dsn)
    await connection.execute(sql("workspace_begin"), workspace_id)
    await connection.close()
    return workspace_id


@pytest.fixture(autouse=True)
def _own_database(request: pytest.FixtureRequest, database: Callable[..., str]) -> None:
    if request.cls is not None:
        request.cls.database = staticmethod(database)


class _OnDaybook:
    """As the service's role, so that the library meets the same privileges and policies as Daybook does."""

    recorder_class: ClassVar[type[SynchronousRecorder]] = SynchronousRecorder
    database: ClassVar[Callable[..., str]]

    def create_recorder(self) -> Any:
        workspace_id = asyncio.run(_begin_workspace(self.database()))
        recorder = self.recorder_class(self.database("daybook_service"), workspace_id)
        self.addCleanup(recorder.close)  # type: ignore[attr-defined]  # unittest's, by the class beside this one
        return recorder


class TestAggregateRecorder(_OnDaybook, library.AggregateRecorderTestCase):
    recorder_class = SynchronousAggregateRecorder


class TestApplicationRecorder(_OnDaybook, library.ApplicationRecorderTestCase[Any]):
    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class TestTrackingRecorder(_OnDaybook, library.TrackingRecorderTestCase):
    pass


class TestProcessRecorder(_OnDaybook, library.ProcessRecorderTestCase):
    pass


class Dog(Aggregate):
    @event("Registered")
    def __init__(self, name: str) -> None:
        self.name = name
        self.tricks: list[str] = []

    @event("TrickAdded")
    def add_trick(self, trick: str) -> None:
        self.tricks.append(trick)


class School(Application[UUID]):
    """The application of the library's tutorial."""

    def register(self, name: str) -> UUID:
        dog = Dog(name)
        self.save(dog)
        return dog.id

    def add_trick(self, dog_id: UUID, trick: str) -> Any:
        dog: Dog = self.repository.get(dog_id)
        dog.add_trick(trick)
        return self.save(dog)[-1]

    def tricks(self, dog_id: UUID) -> list[str]:
        dog: Dog = self.repository.get(dog_id)
        return dog.tricks


class TricksView(SynchronousRecorder):
    """Its checkpoint lies in Daybook's table."""

    def __init__(self, dsn: str, workspace_id: UUID) -> None:
        super().__init__(dsn, workspace_id)
        self.tricks = 0

    def count(self, tracking: Tracking) -> None:
        self.insert_tracking(tracking)
        self.tricks += 1


class CountTricks(Projection[TricksView]):
    name = "tricks"

    @singledispatchmethod
    def process_event(self, _: Any, tracking: Tracking) -> None:
        self.view.insert_tracking(tracking)

    @process_event.register
    def _(self, _: Dog.TrickAdded, tracking: Tracking) -> None:  # type: ignore[name-defined]  # made by @event
        self.view.count(tracking)


@pytest.fixture
def environment(database: Callable[..., str]) -> dict[str, str]:
    workspace_id = asyncio.run(_begin_workspace(database()))
    return {
        "PERSISTENCE_MODULE": "infrastructure.recorder",
        "DAYBOOK_DATABASE_URL": database("daybook_service"),
        "DAYBOOK_WORKSPACE_ID": str(workspace_id),
    }


def test_the_librarys_application_runs_on_daybook_unmodified(environment: dict[str, str]) -> None:
    school = School(environment)
    dog = school.register("Fido")
    school.add_trick(dog, "roll over")
    school.add_trick(dog, "play dead")
    assert school.tricks(dog) == ["roll over", "play dead"]
    assert [item.id for item in school.notification_log["1,10"].items] == [1, 2, 3]
    assert school.recorder.max_notification_id() == 3
    school.close()


def test_the_librarys_projection_runner_follows_daybooks_log(environment: dict[str, str]) -> None:
    with ProjectionRunner(
        application_class=School, projection_class=CountTricks, view_class=TricksView, env=environment
    ) as runner:
        dog = runner.app.register("Fido")
        last = runner.app.add_trick(dog, "roll over")
        runner.wait(last.notification.id)
        assert runner.projection.view.tricks == 1
        assert runner.projection.view.max_tracking_id("School") == last.notification.id
    # The runner closes its application; the view is its maker's.
    runner.projection.view.close()
