"""kill -9 of the service or of PostgreSQL at random moments while 32 writers append.

Five rounds in every run; `DAYBOOK_KILL_ROUNDS=50 make test ARGS=tests/integration/test_kill.py` for the long one.
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

ROUNDS = int(os.environ.get("DAYBOOK_KILL_ROUNDS", "5"))
WRITERS = 32
PAGES = 8
READY_AGAIN_S = 5.0


class Tally:
    """What the writers were told."""

    def __init__(self) -> None:
        self.acknowledged: set[str] = set()
        self.refused: set[str] = set()
        self.unclear: set[str] = set()


async def _write(client: httpx.AsyncClient, writer: int, round_number: int, tally: Tally, stop: asyncio.Event) -> None:
    """Appends tagged lines for as long as it may; half of the writers send an Idempotency-Key and repeat what broke."""
    number = 0
    while not stop.is_set():
        number += 1
        tag = f"w{round_number}-{writer}-{number}"
        headers = {"Idempotency-Key": tag} if writer % 2 else {}
        await _append(client, f"page-{writer % PAGES}", tag, headers, tally, stop)


async def _append(
    client: httpx.AsyncClient, slug: str, tag: str, headers: dict[str, str], tally: Tally, stop: asyncio.Event
) -> None:
    while True:
        try:
            response = await client.post(f"/pages/{slug}/content/append", json={"content": f"{tag};"}, headers=headers)
        except httpx.HTTPError:
            if headers and not stop.is_set():
                await asyncio.sleep(0.05)
                continue
            tally.unclear.add(tag)
            await asyncio.sleep(0.05)
            return
        if response.status_code == 200:
            tally.acknowledged.add(tag)
        elif response.json()["code"] == "outcome_unknown":
            tally.unclear.add(tag)
        else:
            assert response.status_code == 503, response.text
            tally.refused.add(tag)
        return


async def _load_and_kill(
    service: Service, workspace: Workspace, round_number: int, tally: Tally, chance: random.Random
) -> tuple[str, float]:
    """Who was killed, and how long it took until the service was ready again."""
    stop = asyncio.Event()
    async with workspace.async_client() as client:
        writers = [asyncio.create_task(_write(client, n, round_number, tally, stop)) for n in range(WRITERS)]
        await asyncio.sleep(chance.uniform(0.1, 0.8))
        victim = chance.choice(["service", "postgres"])
        began = time.monotonic()
        if victim == "service":
            await asyncio.to_thread(service.kill)
            await asyncio.to_thread(service.start)
        else:
            os.kill(_postmaster(service), signal.SIGKILL)
            await asyncio.sleep(0.05)
            await asyncio.to_thread(service.wait_ready)
        took = time.monotonic() - began
        await asyncio.sleep(0.2)
        stop.set()
        await asyncio.gather(*writers)
    return victim, took


def _postmaster(service: Service) -> int:
    return int((service.data_dir / "postgres" / "postmaster.pid").read_text().splitlines()[0])


@pytest.mark.timeout(60 + 30 * ROUNDS)
def test_nothing_acknowledged_is_lost_and_nothing_is_there_twice(new_service: Callable[..., Service]) -> None:
    seed = int(os.environ.get("DAYBOOK_SEED", time.time_ns() % 10**9))
    print(f"seed {seed}")
    chance = random.Random(seed)  # noqa: S311 - moments, not secrets
    began = time.monotonic()
    service = new_service()
    # A machine that has other things to do takes longer for a plain start as well.
    ready_again_s = max(READY_AGAIN_S, 3 * (time.monotonic() - began))
    workspace = service.new_workspace()
    for number in range(PAGES):
        workspace.create(f"Page {number}")
    tally = Tally()
    for round_number in range(ROUNDS):
        victim, took_s = asyncio.run(_load_and_kill(service, workspace, round_number, tally, chance))
        assert took_s < ready_again_s, f"ready again only after {took_s:.1f} s"
        print(f"round {round_number}: killed {victim}, {len(tally.acknowledged)} acknowledged, {len(tally.unclear)} unclear")
        found = Counter(
            tag
            for number in range(PAGES)
            for tag in workspace.get(f"page-{number}")["content"].replace("\n", "").split(";")
            if tag
        )
        assert tally.acknowledged - set(found) == set(), "acknowledged and lost"
        assert tally.refused & set(found) == set(), "refused and yet applied"
        assert [tag for tag, count in found.items() if count > 1] == [], "applied twice"
        audit = service.daybook("audit", "verify")
        assert audit.returncode == 0, audit.stderr
    assert len(tally.acknowledged) > ROUNDS * WRITERS
