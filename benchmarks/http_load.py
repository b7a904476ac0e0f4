"""Rounds over HTTP: the load generator's figures, with what service and database used meanwhile."""

import asyncio
import contextlib
import re
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec

from benchmarks.load import WARM_UP_S, Figures, Job, Target
from benchmarks.measuring import Numbers, Plan, say
from benchmarks.processes import Helper
from benchmarks.server import Server
from benchmarks.services import Service

# Above this share of a core the generator may be what limits the rate, so there will be two of it.
SHARE_MAX = 0.85
_WRK_REQUESTS = re.compile(r"(\d+) requests in ([\d.]+)s")
_WRK_LATENCY = re.compile(r"(50|99)%\s+([\d.]+)(us|ms|s)")
_MS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


class Load:
    """Generators, and the server whose usage is looked at while they run."""

    def __init__(self, server: Server, generators: list[Helper], *, wrk: str | None) -> None:
        self._server = server
        self._generators = generators
        self._wrk = wrk
        self._used = 1

    async def round(self, service: Service, target: Target, connections: int, seconds: float) -> Numbers:
        await self._server.checkpoint()
        if self._wrk is not None:
            return await self._wrk_round(service, target, connections, seconds)
        used = self._generators[: min(self._used, connections)]
        share = connections // len(used)
        for generator in used:
            await generator.send(Job(service.port, share, seconds, target))
        for generator in used:
            await generator.receive()
        before, cpu = await self._server.usage(), service.cpu_s()
        figures = [msgspec.convert(await generator.receive(), Figures) for generator in used]
        after, cpu = await self._server.usage(), service.cpu_s() - cpu
        self._check(service, figures)
        requests = sum(each.requests for each in figures)
        return {
            "rate": sum(each.requests / each.seconds for each in figures),
            "p50_ms": max(each.p50_ms for each in figures),
            "p99_ms": max(each.p99_ms for each in figures),
            **after.per_operation(before, requests, cpu),
            "generator_share": sum(each.share for each in figures),
        }

    def _check(self, service: Service, figures: list[Figures]) -> None:
        for each in figures:
            assert each.requests, f"{service.name} answered nothing"
            assert not each.errors, f"{service.name}: {each.errors} errors, the last: {each.last_error}"
        if self._used == 1 and figures[0].share > SHARE_MAX:
            say(f"the load generator took {figures[0].share:.0%} of a core: from now on there are two")
            self._used = 2

    async def _wrk_round(self, service: Service, target: Target, connections: int, seconds: float) -> Numbers:
        await self._run_wrk(service, target, connections, WARM_UP_S)
        before, cpu = await self._server.usage(), service.cpu_s()
        output = await self._run_wrk(service, target, connections, seconds)
        after, cpu = await self._server.usage(), service.cpu_s() - cpu
        assert "Non-2xx" not in output, output
        found = _WRK_REQUESTS.search(output)
        assert found is not None, output
        requests = int(found[1])
        times = {f"p{place}_ms": float(value) * _MS[unit] for place, value, unit in _WRK_LATENCY.findall(output)}
        return {"rate": requests / float(found[2]), **times, **after.per_operation(before, requests, cpu)}

    async def _run_wrk(self, service: Service, target: Target, connections: int, seconds: float) -> str:
        with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
            script.write(_lua(target))
            script.flush()
            process = await asyncio.create_subprocess_exec(
                *(str(self._wrk), "--latency", "-t", "1", "-c", str(connections), "-d", f"{max(1, round(seconds))}s"),
                *("-s", str(Path(script.name)), f"http://127.0.0.1:{service.port}"),
                stdout=asyncio.subprocess.PIPE,
            )
            output, _ = await process.communicate()
        return output.decode()


@contextlib.asynccontextmanager
async def load(server: Server, plan: Plan) -> AsyncIterator[Load]:
    wrk = shutil.which("wrk") if plan.wrk else None
    if plan.wrk and wrk is None:
        raise SystemExit("wrk is not on PATH; without --wrk the benchmark brings a load generator of its own")
    async with Helper("benchmarks.load") as first, Helper("benchmarks.load") as second:
        yield Load(server, [first, second], wrk=wrk)


def _lua(target: Target) -> str:
    paths = ",".join(f'"{path}"' for path in target.paths)
    body = f"wrk.body = [==[{target.body}]==]" if target.body else ""
    return f"""
wrk.method = "{target.method}"
wrk.headers["Authorization"] = "{target.authorization}"
wrk.headers["Content-Type"] = "application/json"
{body}
local paths, issued = {{{paths}}}, 0
request = function()
  local path = paths[math.floor(issued / {target.block}) % #paths + 1]
  issued = issued + 1
  return wrk.format(nil, path)
end
"""
