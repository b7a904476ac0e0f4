"""The guide to planning, as it stands: its requests are sent, and their answers are what it shows."""

import json
import re
from pathlib import Path
from typing import Any

from conftest import Service, Workspace

GUIDE = Path(__file__).parents[2] / "docs" / "how-to" / "plan.md"
STEP = re.compile(r"^```http\n(\w+) (\S+)\n(.*?)^```\n```json\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NAME = re.compile(r"\$[A-Z]+")


def test_the_guide_to_planning_does_what_it_says(service: Service) -> None:
    workspace = service.new_workspace()
    known = {"$ROOT": root_of(workspace)}
    steps = STEP.findall(GUIDE.read_text(encoding="utf-8"))
    assert len(steps) > 5, "the guide is not where this test looks for it"
    for method, path, body, shown in steps:
        address, kind = filled(path.removeprefix("/v1"), known), {"content-type": "application/json"}
        answer = workspace.client.request(method, address, content=filled(body, known), headers=kind)
        assert answer.status_code == 200, f"{method} {path}: {answer.text}"
        check(json.loads(expected(shown)), answer.json(), known)


def root_of(workspace: Workspace) -> str:
    root: str = workspace.client.get("/life-plan/projects").json()["entries"][0]["project"]["ref_id"]
    return root


def filled(text: str, known: dict[str, str]) -> str:
    return NAME.sub(lambda found: known[found[0]], text)


def expected(shown: str) -> str:
    """`…` stands for members that do not matter."""
    return re.sub(r",?\s*…", "", shown)


def check(shown: Any, found: Any, known: dict[str, str]) -> None:
    """Everything that is shown is there; a name that is met first is learnt."""
    if isinstance(shown, dict):
        assert shown.keys() <= found.keys(), f"{shown.keys() - found.keys()} of {found}"
        for key, value in shown.items():
            check(value, found[key], known)
    elif isinstance(shown, list):
        assert len(shown) == len(found), found
        for each, other in zip(shown, found, strict=True):
            check(each, other, known)
    elif isinstance(shown, str) and NAME.fullmatch(shown):
        assert known.setdefault(shown, found) == found
    else:
        assert shown == found
