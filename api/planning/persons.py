"""Persons over HTTP."""

import msgspec

from api.planning.frame import Change, Create, Find, Load, Resource
from api.planning.noted import NOTED, FindNoted, note_of, tags_of
from api.planning.prm import the_project
from api.planning.queries import Include, LoadQuery, RefIds
from api.planning.tasks import TASKS_PAGE_SIZE, NoTasks, TasksOffset
from application.planning.persons import ChangePerson, CreatePerson, change_person, create_person
from application.planning.reading import Beside, Shown
from domain.planning.circles import CIRCLES, PERSON_CIRCLES
from domain.planning.entities import RefId
from domain.planning.notes import Note
from domain.planning.occasions import OCCASIONS, Occasion
from domain.planning.persons import PERSONS, Person
from domain.planning.projects import Project
from domain.planning.tags import TAG_LINKS, Tag
from domain.planning.time_blocks import FULL_DAYS_BLOCKS, TimeEventFullDaysBlock


class FindPersons(FindNoted, kw_only=True):
    """Which persons, and what of each. `filter_person_ref_ids` is another name of `filter_ref_ids`."""

    include_occasions: Include = False
    include_circle_ref_ids: Include = False
    include_occasion_time_event_blocks: Include = False
    include_catch_up_inbox_tasks: Include = False
    include_occasion_inbox_tasks: Include = False
    filter_person_ref_ids: RefIds = ()

    def ref_ids(self) -> tuple[RefId, ...]:
        return self.filter_ref_ids + self.filter_person_ref_ids

    def beside(self) -> Beside:
        noted = super().beside().belonging
        circles = (PERSON_CIRCLES,) if self.include_circle_ref_ids else ()
        occasions = (OCCASIONS,) if self.include_occasions or self.include_occasion_time_event_blocks else ()
        blocks = (FULL_DAYS_BLOCKS,) if self.include_occasion_time_event_blocks else ()
        return Beside(belonging=(*noted, *circles, *occasions), deeper=blocks)


class LoadPerson(LoadQuery):
    """How one is looked at."""

    catch_up_task_retrieve_offset: TasksOffset = 0
    occasion_task_retrieve_offset: TasksOffset = 0


class PersonFindResultEntry(msgspec.Struct):
    """A person, and what was asked for of what belongs to them."""

    person: Person
    note: Note | None
    tags: list[Tag]
    circle_ref_ids: list[RefId]
    occasions: list[Occasion]
    occasion_time_event_blocks: list[TimeEventFullDaysBlock] | None
    catch_up_inbox_tasks: NoTasks | None
    occasion_inbox_tasks: NoTasks | None


class PersonsAnswer(msgspec.Struct):
    """Persons in the order of their ref_ids, and the project that catching up belongs to; null in a past that had none."""

    catch_up_project: Project | None
    entries: list[PersonFindResultEntry]


class PersonAnswer(msgspec.Struct):
    """A person with all that belongs to them."""

    person: Person
    note: Note | None
    tags: list[Tag]
    circle_ref_ids: list[RefId]
    occasions: list[Occasion]
    occasion_tags_by_ref_id: dict[str, list[Tag]]
    occasion_time_event_blocks: list[TimeEventFullDaysBlock]
    catch_up_tasks: NoTasks
    catch_up_tasks_total_cnt: int
    catch_up_tasks_page_size: int
    occasion_tasks: NoTasks
    occasion_tasks_total_cnt: int
    occasion_tasks_page_size: int


class NewPersonAnswer(msgspec.Struct):
    """A person as they were made."""

    new_person: Person


def _circles_of(shown: Shown[Person]) -> list[RefId]:
    """Those that can be seen."""
    links = shown.each(PERSON_CIRCLES)
    return [ref_id for link in links for ref_id in link.entity.ref_ids if link.named(CIRCLES, ref_id) is not None]


def _blocks_of(shown: Shown[Person]) -> list[TimeEventFullDaysBlock]:
    return [block for occasion in shown.each(OCCASIONS) for block in occasion.all(FULL_DAYS_BLOCKS)]


def _entry(shown: Shown[Person], query: FindPersons) -> PersonFindResultEntry:
    return PersonFindResultEntry(
        person=shown.itself,
        note=note_of(shown),
        tags=tags_of(shown),
        circle_ref_ids=_circles_of(shown),
        occasions=shown.all(OCCASIONS) if query.include_occasions else [],
        occasion_time_event_blocks=_blocks_of(shown) if query.include_occasion_time_event_blocks else None,
        catch_up_inbox_tasks=() if query.include_catch_up_inbox_tasks else None,
        occasion_inbox_tasks=() if query.include_occasion_inbox_tasks else None,
    )


def _loaded(shown: Shown[Person], _: LoadPerson) -> PersonAnswer:
    return PersonAnswer(
        person=shown.itself,
        note=note_of(shown),
        tags=tags_of(shown),
        circle_ref_ids=_circles_of(shown),
        occasions=shown.all(OCCASIONS),
        occasion_tags_by_ref_id={each.ref_id: tags_of(each) for each in shown.each(OCCASIONS)},
        occasion_time_event_blocks=_blocks_of(shown),
        catch_up_tasks=(),
        catch_up_tasks_total_cnt=0,
        catch_up_tasks_page_size=TASKS_PAGE_SIZE,
        occasion_tasks=(),
        occasion_tasks_total_cnt=0,
        occasion_tasks_page_size=TASKS_PAGE_SIZE,
    )


RESOURCE = Resource(
    path="/prm/persons",
    concept=PERSONS,
    one="person",
    many="persons",
    find=Find(query=FindPersons, answer=PersonsAnswer, entry=_entry, ahead=the_project),
    create=Create(
        order=CreatePerson,
        act=create_person,
        answer=NewPersonAnswer,
        made=lambda made: NewPersonAnswer(made.the(PERSONS)),
    ),
    load=Load(
        answer=PersonAnswer,
        shown=_loaded,
        beside=Beside(belonging=(*NOTED, PERSON_CIRCLES, OCCASIONS), deeper=(TAG_LINKS, FULL_DAYS_BLOCKS)),
        query=LoadPerson,
    ),
    change=Change(order=ChangePerson, act=change_person),
)
