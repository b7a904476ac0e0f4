"""kill -9 of the service or of PostgreSQL in the middle of batches: each is there as a whole or not at all, and once.

Three rounds in every run; `DAYBOOK_KILL_ROUNDS=50` for a long one.
"""

import asyncio
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable

import httpx
import pytest
from conftest import Service, Workspace

ROUNDS = int(os.environ.get("DAYBOOK_KILL_ROUNDS", "3"))
WRITERS = 8
PAGES = 6
CREATED = 5


class Tally:
    """What the writers were told of their batches."""

    def __init__(self) -> None:
        self.acknowledged: set[str] = set()
        self.refused: set[str] = set()


def a_batch(tag: str) -> list[dict[str, str]]:
    """A line on each of the pages that all writers share, and pages of its own."""
    lines = [{"action": "append", "slug": f"page-{number}", "content": f"{tag};"} for number in range(PAGES)]
    created = [{"action": "create", "title": f"{tag} {number}", "parentSlug": f"page-{number}"} for number in range(CREATED)]
    return [*lines[:2], *created, *lines[2:]]


async def _write(client: httpx.AsyncClient, writer: int, round_number: int, tally: Tally, stop: asyncio.Event) -> None:
    """Half of the writers send an Idempotency-Key and repeat what broke."""
    number = 0
    while not stop.is_set():
        number += 1
        tag = f"w{round_number}x{writer}x{number}"
        headers = {"Idempotency-Key": tag} if writer % 2 else {}
        await _send(client, tag, headers, tally, stop)


async def _send(client: httpx.AsyncClient, tag: str, headers: dict[str, str], tally: Tally, stop: asyncio.Event) -> None:
    while True:
        try:
            response = await client.post("/pages/batch", json={"actions": a_batch(tag)}, headers=headers)
        except httpx.HTTPError:
            await asyncio.sleep(0.05)
            if headers and not stop.is_set():
                continue
            return
        if response.status_code == 200:
            tally.acknowledged.add(tag)
        else:
            assert response.status_code == 503, response.text
            if response.json()["code"] != "outcome_unknown" and not headers:
                tally.refused.add(tag)
        return


async def _load_and_kill(service: Service, workspace: Workspace, round_number: int, tally: Tally, chance: random.Random) -> str:
    stop = asyncio.Event()
    async with workspace.async_client() as client:
        writers = [asyncio.create_task(_write(client, n, round_number, tally, stop)) for n in range(WRITERS)]
        await asyncio.sleep(chance.uniform(0.2, 0.9))
        victim = chance.choice(["service", "postgres"])
        if victim == "service":
            await asyncio.to_thread(service.kill)
            await asyncio.to_thread(service.start)
        else:
            pid = int((service.data_dir / "postgres" / "postmaster.pid").read_text().splitlines()[0])
            os.kill(pid, signal.SIGKILL)
            await asyncio.sleep(0.05)
            await asyncio.to_thread(service.wait_ready)
        await asyncio.sleep(0.4)
        stop.set()
        await asyncio.gather(*writers)
    return victim


@pytest.mark.timeout(90 + 30 * ROUNDS)
def test_a_batch_is_there_as_a_whole_or_not_at_all(new_service: Callable[..., Service]) -> None:
    seed = int(os.environ.get("DAYBOOK_SEED", time.time_ns() % 10**9))
    print(f"seed {seed}")
    chance = random.Random(seed)  # noqa: S311 - moments, not secrets
    service = new_service()
    workspace = service.new_workspace()
    for number in range(PAGES):
        workspace.create(f"Page {number}")
    tally = Tally()
    for round_number in range(ROUNDS):
        victim = asyncio.run(_load_and_kill(service, workspace, round_number, tally, chance))
        print(f"round {round_number}: killed {victim}, {len(tally.acknowledged)} acknowledged")
        found = _found(workspace)
        assert {tag for tag, count in found.items() if count != PAGES + CREATED} == set(), "in part, or twice"
        assert tally.acknowledged - set(found) == set(), "acknowledged and lost"
        assert tally.refused & set(found) == set(), "refused and yet applied"
        audit = service.daybook("audit", "verify")
        assert audit.returncode == 0, audit.stderr
    assert len(tally.acknowledged) > ROUNDS * WRITERS


def _found(workspace: Workspace) -> Counter[str]:
    """How many traces each batch left: its lines and its pages."""
    texts = (workspace.get(f"page-{number}")["content"] for number in range(PAGES))
    found = Counter(tag for text in texts for tag in text.replace("\n", "").split(";") if tag)
    titles = (page["title"] for page in workspace.client.get("/pages").json()["pages"])
    found.update(title.split()[0] for title in titles if title.startswith("w"))
    return found
