"""The whole API against its own document, by thousands of requests that are made from it: see schemathesis.

Routes that come to the document are covered by themselves. What may be needed for a new one: a sample for its path parameter in
`api_samples.py`, or an example of a body that works, in `GOOD_BODIES` there. `DAYBOOK_SCHEMATHESIS_EXAMPLES=200` runs longer.
"""

import json
import os
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import schemathesis
from api_samples import Samples, with_examples
from conftest import Service, Workspace
from schemathesis import engine
from schemathesis.engine import events
from schemathesis.hooks import GLOBAL_HOOK_DISPATCHER

# Each operation costs some fifty requests, so that the run takes as long as the document is.
pytestmark = pytest.mark.timeout(900)
EXAMPLES = int(os.environ.get("DAYBOOK_SCHEMATHESIS_EXAMPLES", "5"))
REQUEST_S = 20.0
# How often a value is taken from the samples; the rest is made up.
KNOWN_SHARE = 0.8
# What every operation reads of its headers is read by the same code, so it is tried on some of them.
WITH_HEADERS = {"/v1/pages", "/v1/pages/{slug}", "/v1/pages/{slug}/content/append", "/v1/vacations", "/v1/vacations/{ref_id}"}
# The frame of planning makes the routes of all its concepts alike, so the bounds of every schema are tried on some of them, and
# the others are asked for with what their schemas allow.
FRAMED = "^/v1/(docs|metrics|prm|schedule|journals|time-plans|life-plan/(goals|milestones|chapters|visions))"
SAME_AS_OTHERS = "^(PATCH /v1/(common|vacations|smart-lists|working-mem|planning|life-plan)|PUT /v1/common/notes)"
# Nobody can do these yet: until tasks and big plans have blocks, each belongs to an event and goes with that alone.
NEVER_DONE = {f"DELETE /v1/common/time-events/in-day-blocks/{{ref_id}}{way}" for way in ("", "/remove")}


@schemathesis.check
def refusals_are_problems(_ctx: Any, response: Any, case: Any) -> None:
    """Every refusal is a problem in the one shape, whatever refused it."""
    if response.status_code < 400 or case.method == "HEAD":
        return
    assert response.headers["content-type"] == ["application/problem+json"], response.headers["content-type"]
    body = json.loads(response.content)
    assert body["status"] == response.status_code
    assert body["requestId"] == response.headers["x-request-id"][0]
    assert body["error"] == body["detail"].strip() != ""
    assert body["type"] == f"/problems/{body['code']}"


def named(where: str) -> str:
    return re.sub(r"\W", "-", where)


def config(workspace: Workspace, samples: Samples) -> dict[str, Any]:
    generation = {"deterministic": True, "database": "none", "no-shrink": True, "max-examples": EXAMPLES}
    known: dict[str, list[Any]] = {f"path.{name}": values for name, values in samples.path.items()}
    known["path.ref_id"] = known["path.sub_ref_id"] = samples.planned.ref_ids
    known |= {f"query.{name}": values for name, values in samples.query.items()}
    known |= {f"body.{name}": values for name, values in samples.body.items()}
    shares = dict.fromkeys(known, KNOWN_SHARE)
    # A position that nobody is going to write is waited for, and then answered 503, which is right and looks like a fault.
    known["header.Daybook-Wait-For"], shares["header.Daybook-Wait-For"] = ["0", "1"], 1.0
    # Any other is a stranger's, and refused before anything else is looked at.
    known["header.X-Workspace-Id"], shares["header.X-Workspace-Id"] = [str(workspace.id)], 1.0
    return {
        "seed": 1,
        "dictionaries": {named(where): {"values": values} for where, values in known.items()},
        "headers": workspace.headers,
        "base-url": workspace.url,
        "parameters": {where: {"dictionary": named(where), "probability": share} for where, share in shares.items()},
        "request-timeout": REQUEST_S,
        "max-stream-events": 3,
        "continue-on-failure": True,
        "generation": generation,
        "phases": {"stateful": {"max-steps": 6, "generation": {"max-examples": max(2, EXAMPLES // 2)}}},
        "checks": {
            # What a text may hold is more than a schema can say: a slug's letters, a title's length, an owner's address.
            "positive_data_acceptance": {"enabled": False},
            # Each request finds the sample put right again, the deleted page included.
            "use_after_free": {"enabled": False},
        },
        "operations": [
            {"include-path-regex": FRAMED, "phases": {"coverage": {"enabled": False}}},
            {"include-name-regex": SAME_AS_OTHERS, "phases": {"coverage": {"enabled": False}}},
            # An action that is wrong fails by itself, and where that is asked for, the others are carried out.
            {"include-path": "/v1/pages/batch", "checks": {"negative_data_rejection": {"enabled": False}}},
        ],
    }


@dataclass
class Run:
    """What a run met."""

    operations: set[str] = field(default_factory=set)
    statuses: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    failures: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    checks: Counter[str] = field(default_factory=Counter)

    def take(self, event: object) -> None:
        if isinstance(event, events.NonFatalError | events.FatalError):
            self.failures[str(getattr(event, "label", "engine"))].append(str(getattr(event, "value", event)))
        if not isinstance(event, events.ScenarioFinished):
            return
        for case_id, node in event.recorder.cases.items():
            interaction = event.recorder.interactions.get(case_id)
            label = node.value.operation.label
            if interaction is not None and interaction.response is not None and node.value.method == label.split()[0]:
                self.statuses[label][interaction.response.status_code] += 1
            for check in event.recorder.checks.get(case_id, []):
                self.checks[check.name] += 1
                if check.failure_info is not None:
                    failure = check.failure_info.failure
                    self.failures[f"{label}: {check.name}"].append(
                        f"{failure.title}: {failure.message}\n{check.failure_info.code_sample}"
                    )


@pytest.fixture(scope="module")
def run(service: Service) -> Iterator[Run]:
    workspace = service.new_workspace()
    samples = Samples(workspace)
    settings = schemathesis.Config.from_dict(config(workspace, samples))
    document = with_examples(httpx.get(f"{service.url}/openapi.json").json())
    for path in document["paths"].keys() - WITH_HEADERS:
        for operation in document["paths"][path].values():
            operation["parameters"] = [each for each in operation.get("parameters", []) if "$ref" not in each]
    schema = schemathesis.openapi.from_dict(document, config=settings)
    hook = GLOBAL_HOOK_DISPATCHER.register_hook_with_name(samples.before_call, "before_call")
    met = Run(operations={f"{method.upper()} {path}" for path, ops in schema.raw_schema["paths"].items() for method in ops})
    for event in engine.from_schema(schema).execute():
        met.take(event)
    yield met
    GLOBAL_HOOK_DISPATCHER.unregister(hook)


def test_nothing_is_answered_that_the_document_does_not_say(run: Run) -> None:
    found = [f"{where} ({len(each)} times)\n{each[0]}" for where, each in sorted(run.failures.items())]
    assert not found, "\n\n".join(found)


def test_every_check_was_made(run: Run) -> None:
    wanted = {
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_schema_conformance",
        "response_headers_conformance",
        "negative_data_rejection",
        "ignored_auth",
        "unsupported_method",
        "allow_header_conformance",
        "ensure_resource_availability",
        "refusals_are_problems",
    }
    assert wanted <= set(run.checks), wanted - set(run.checks)


def test_every_operation_was_carried_out_and_not_only_refused(run: Run) -> None:
    for operation in sorted(run.operations):
        met = run.statuses[operation]
        done = sum(count for status, count in met.items() if status < 300)
        print(f"{operation}: {done / max(1, met.total()):.0%} of {met.total()} {dict(sorted(met.items()))}")
    never = {operation for operation in run.operations if not any(status < 300 for status in run.statuses[operation])}
    assert never == NEVER_DONE, f"carried out by none of the requests made from the document: {sorted(never)}"
