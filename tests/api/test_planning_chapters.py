"""Chapters, milestones and the life plan over HTTP: chapters end after they start, whatever changes around them."""

from typing import Any

import pytest
from conftest import Workspace
from planning_samples import new_chapter, new_milestone, new_project, the_root

CHAPTERS = "/life-plan/chapters"
MILESTONES = "/life-plan/milestones"


def chapter(workspace: Workspace, start: str, end: str) -> Any:
    body = {"name": "x", "project_ref_id": the_root(workspace)["ref_id"], "start_date": start, "end_date": end}
    return workspace.client.post(CHAPTERS, json=body)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("start", "relative-year 18"),
        ("relative-decade 20", "present"),
        ("absolute-year 2010", "absolute-year-month 2010 9"),
        ("absolute-year-month-day 2010 9 1", "end"),
    ],
)
def test_chapters_are_told_by_all_kinds_of_dates(workspace: Workspace, start: str, end: str) -> None:
    made = chapter(workspace, start, end).json()["new_chapter"]
    assert (made["start_date"], made["end_date"]) == (start, end)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("relative-year 30", "relative-year 30"),
        ("present", "start"),
        ("absolute-year-month-day 2010 1 1", "absolute-year 2010"),
        ("end", "absolute-year 2089"),
    ],
)
def test_a_chapter_ends_after_it_starts(workspace: Workspace, start: str, end: str, refused: Any) -> None:
    refused(chapter(workspace, start, end), 422, "dates_out_of_order")
    ref_id = new_chapter(workspace, "start", "end")
    refused(workspace.client.put(f"{CHAPTERS}/{ref_id}", json={"start_date": start, "end_date": end}), 422, "dates_out_of_order")


def test_other_dates_are_refused(workspace: Workspace, refused: Any) -> None:
    refused(chapter(workspace, "2010-09-01", "present"), 400, "invalid_request")
    refused(chapter(workspace, "absolute-year-month-day 2010 2 30", "present"), 422, "partial_date_invalid")
    refused(chapter(workspace, "relative-year 101", "end"), 422, "partial_date_invalid")
    refused(chapter(workspace, "start", "milestone 999999"), 404, "entity_not_found")
    refused(chapter(workspace, "start", f"milestone {the_root(workspace)['ref_id']}"), 404, "entity_not_found")


def test_a_chapter_follows_its_milestones_and_keeps_them(workspace: Workspace, refused: Any) -> None:
    job, move = new_milestone(workspace, "2012-09-01"), new_milestone(workspace, "2016-09-01")
    refused(chapter(workspace, f"milestone {move}", f"milestone {job}"), 422, "dates_out_of_order")
    ref_id = new_chapter(workspace, f"milestone {job}", f"milestone {move}")
    assert workspace.client.put(f"{MILESTONES}/{job}", json={"date": "2013-01-01"}).status_code == 200
    refused(workspace.client.put(f"{MILESTONES}/{job}", json={"date": "2016-09-01"}), 422, "dates_out_of_order")
    assert workspace.client.get(f"{MILESTONES}/{job}").json()["milestone"]["date"] == "2013-01-01"
    # An archived one still has its day; no other chapter comes to name it.
    workspace.client.delete(f"{MILESTONES}/{job}")
    assert workspace.client.put(f"{CHAPTERS}/{ref_id}", json={"end_date": "present"}).status_code == 200
    refused(chapter(workspace, f"milestone {job}", "present"), 404, "entity_not_found")
    refused(workspace.client.delete(f"{MILESTONES}/{job}/remove"), 409, "milestone_in_use")
    assert workspace.client.delete(f"{MILESTONES}/{move}/remove").status_code == 200
    workspace.client.delete(f"{CHAPTERS}/{ref_id}/remove")
    assert workspace.client.delete(f"{MILESTONES}/{job}/remove").status_code == 200


def test_an_archived_chapter_stands_in_nobodys_way_until_it_comes_back(workspace: Workspace, refused: Any) -> None:
    client, job = workspace.client, new_milestone(workspace, "2012-09-01")
    by_age, by_day = new_chapter(workspace, "relative-year 10", "absolute-year 2005"), new_chapter(workspace, "start", "present")
    ending = new_chapter(workspace, "start", f"milestone {job}")
    for ref_id in (by_age, by_day, ending):
        client.delete(f"{CHAPTERS}/{ref_id}")
    assert client.put("/life-plan", json={"birth_year": 1995}).status_code == 200
    assert client.put(f"{MILESTONES}/{job}", json={"date": "1990-01-01"}).status_code == 200
    detail = refused(client.delete(f"{MILESTONES}/{job}/remove"), 409, "milestone_in_use")["detail"]
    assert "archived chapter" in detail
    for ref_id in (by_age, ending):
        refused(client.post(f"{CHAPTERS}/{ref_id}/unarchive"), 422, "dates_out_of_order")
    assert client.post(f"{CHAPTERS}/{by_day}/unarchive").status_code == 200
    client.put("/life-plan", json={"birth_year": 1989})
    for ref_id in (by_age, ending):
        assert client.post(f"{CHAPTERS}/{ref_id}/unarchive").status_code == 200
    assert ending in refused(client.put("/life-plan", json={"birth_year": 1991}), 422, "dates_out_of_order")["detail"]


def test_a_chapter_that_is_refused_has_no_number(workspace: Workspace, refused: Any) -> None:
    detail = refused(chapter(workspace, "present", "start"), 422, "dates_out_of_order")["detail"]
    assert detail.startswith("The chapter would start on ")


def test_a_life_has_a_birthday_and_a_year(workspace: Workspace) -> None:
    assert {**workspace.client.get("/life-plan").json()["life_plan"], "birthday": "1 Jan", "birth_year": 1990, "version": 1} == (
        workspace.client.get("/life-plan").json()["life_plan"]
    )
    answer = workspace.client.put(
        "/life-plan", json={"birthday": {"should_change": True, "value": "12 Apr"}, "birth_year": 1985, "expected_version": 1}
    )
    assert (answer.status_code, answer.json(), answer.headers["etag"]) == (200, None, '"2"')
    answer = workspace.client.get("/life-plan")
    plan = answer.json()["life_plan"]
    assert (plan["birthday"], plan["birth_year"], plan["version"]) == ("12 Apr", 1985, 2)
    assert workspace.client.put("/life-plan", json={"birthday": "12 Apr"}).headers.get("daybook-position") is None


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"birthday": "1985-04-12"}, 400, "invalid_request"),
        ({"birthday": "12 April"}, 400, "invalid_request"),
        ({"birth_year": 1899}, 400, "invalid_request"),
        ({"birthday": "31 Apr"}, 422, "birth_invalid"),
        ({"birthday": "29 Feb"}, 422, "birth_invalid"),
        ({"birth_year": 1901}, 422, "birth_invalid"),
        ({"birth_year": 2100}, 422, "birth_invalid"),
        ({"birth_year": 1980, "expected_version": 9}, 409, "version_stale"),
    ],
    ids=str,
)
def test_no_other_birth_is_one(workspace: Workspace, body: dict[str, Any], status: int, code: str, refused: Any) -> None:
    refused(workspace.client.put("/life-plan", json=body), status, code)


def test_a_birth_that_would_put_a_chapter_out_of_order_is_refused(workspace: Workspace, refused: Any) -> None:
    new_chapter(workspace, "relative-year 10", "absolute-year 2005")
    refused(workspace.client.put("/life-plan", json={"birth_year": 1995}), 422, "dates_out_of_order")
    assert workspace.client.put("/life-plan", json={"birth_year": 1994}).status_code == 200


def test_chapters_and_milestones_of_a_removed_project_are_of_the_one_above(workspace: Workspace) -> None:
    root, project = the_root(workspace)["ref_id"], new_project(workspace)
    one = new_chapter(workspace, "start", "end", project_ref_id=project)
    two = new_milestone(workspace, "2012-09-01", project_ref_id=project)
    workspace.client.delete(f"/life-plan/projects/{project}/remove")
    assert workspace.client.get(f"{CHAPTERS}/{one}").json()["chapter"]["project_ref_id"] == root
    assert workspace.client.get(f"{MILESTONES}/{two}").json()["milestone"]["project_ref_id"] == root


def test_the_life_plan_has_a_history_and_a_past(workspace: Workspace, refused: Any) -> None:
    created = workspace.client.get("/life-plan").json()["life_plan"]["created_time"]
    workspace.client.put("/life-plan", json={"birth_year": 1985})
    history = workspace.client.get("/life-plan/history").json()["history"]
    assert [each["type"] for each in history] == ["life_plan.birth_changed", "life_plan.created"]
    assert history[0]["changes"] == {"birth_year": {"before": 1990, "after": 1985}}
    assert workspace.client.get("/life-plan", params={"as_of": created}).json()["life_plan"]["birth_year"] == 1990
    refused(workspace.client.get("/life-plan", params={"as_of": "2001-01-01T00:00:00Z"}), 404, "entity_not_found")
