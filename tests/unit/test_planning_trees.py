"""Trees of planning, and what becomes of projects when one of them goes."""

import pytest

from domain.planning.projects import (
    BackupIsRemoved,
    ChildrenDiffer,
    Project,
    RootProjectStays,
    given_over,
    moved,
    reordered,
)
from domain.planning.trees import BelowItself, check_place, depth, height, upwards

AT = "2026-05-01T00:00:00+00:00"
# 1 ─ 2 ─ 3 ─ 4, and 5 below 1.
TREE = {"1": None, "2": "1", "3": "2", "4": "3", "5": "1"}


def project(ref_id: str, *, archived: bool = False) -> Project:
    children = tuple(each for each, above in TREE.items() if above == ref_id)
    return Project(
        ref_id=ref_id,
        version=1,
        archived=archived,
        archival_reason=None,
        archived_time=None,
        created_time=AT,
        last_modified_time=AT,
        name=ref_id,
        life_plan_ref_id="9",
        parent_project_ref_id=TREE[ref_id],
        order_of_child_projects=children,
    )


PROJECTS = {ref_id: project(ref_id) for ref_id in TREE}


def drawn(projects: object) -> dict[str, tuple[str | None, tuple[str, ...]]]:
    assert isinstance(projects, dict)
    return {key: (each.parent_project_ref_id, each.order_of_child_projects) for key, each in projects.items()}


def test_depth_and_height_count_from_one() -> None:
    assert list(upwards(TREE, "4")) == ["4", "3", "2", "1"]
    assert [depth(TREE, each) for each in (None, "1", "4")] == [0, 1, 4]
    assert [height(TREE, each) for each in ("1", "2", "4", "5")] == [4, 3, 1, 1]


@pytest.mark.parametrize("above", ["2", "3", "4"])
def test_nothing_hangs_below_itself(above: str) -> None:
    check_place(TREE, "2", "5")
    check_place(TREE, "2", None)
    with pytest.raises(BelowItself):
        check_place(TREE, "2", above)
    with pytest.raises(BelowItself):
        moved(PROJECTS, "2", above)


def test_a_moved_project_leaves_one_order_and_joins_the_other() -> None:
    after = drawn(moved(PROJECTS, "3", "5"))
    assert (after["2"], after["3"], after["5"]) == (("1", ()), ("5", ("4",)), ("1", ("3",)))
    assert moved(PROJECTS, "3", "2") == PROJECTS


def test_an_archived_project_has_no_place_in_the_order() -> None:
    after = moved({**PROJECTS, "4": project("4", archived=True)}, "4", "5")
    assert drawn(after)["5"] == ("1", ())
    assert drawn(after)["4"] == ("5", ())


@pytest.mark.parametrize(("ref_id", "above"), [("1", "5"), ("2", None)])
def test_the_root_stays_alone_on_top(ref_id: str, above: str | None) -> None:
    with pytest.raises(RootProjectStays):
        moved(PROJECTS, ref_id, above)
    assert moved(PROJECTS, "1", None) == PROJECTS
    with pytest.raises(RootProjectStays):
        given_over(PROJECTS, "1", "2")


def test_what_is_below_a_removed_project_goes_to_the_one_above_it_or_its_backup() -> None:
    after = drawn(given_over(PROJECTS, "2", None))
    assert (after["1"], after["3"]) == ((None, ("5", "3")), ("1", ("4",)))
    after = drawn(given_over(PROJECTS, "2", "5"))
    assert (after["1"], after["3"], after["5"]) == ((None, ("5",)), ("5", ("4",)), ("1", ("3",)))
    with pytest.raises(BackupIsRemoved):
        given_over(PROJECTS, "2", "2")


def test_a_backup_below_what_is_removed_takes_its_place() -> None:
    after = drawn(given_over(PROJECTS, "2", "4"))
    assert (after["1"], after["4"], after["3"]) == ((None, ("5", "4")), ("1", ("3",)), ("4", ()))


@pytest.mark.parametrize("order", [("2",), ("2", "5", "5"), ("2", "3"), ("2", "5", "1"), ()])
def test_an_order_names_exactly_the_children(order: tuple[str, ...]) -> None:
    assert reordered(PROJECTS["1"], ("5", "2")).order_of_child_projects == ("5", "2")
    with pytest.raises(ChildrenDiffer):
        reordered(PROJECTS["1"], order)
