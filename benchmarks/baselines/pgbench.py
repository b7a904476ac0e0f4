"""Raw `pgbench`: single-row INSERTs of the same payload into a table with a primary key (stream_id, version), no more."""

import asyncio
import math
import re
import tempfile
from pathlib import Path

import asyncpg

from benchmarks.measuring import Numbers
from benchmarks.processes import process_cpu_s
from benchmarks.server import Server, Usage

DATABASE = "raw"
_TABLE = "CREATE TABLE event (stream_id bigint, version integer, data bytea NOT NULL, PRIMARY KEY (stream_id, version))"
# Every client writes its own streams in turn, as Daybook's callers do. The payload is a parameter: it crosses the wire each time.
_SCRIPT = """\
\\set n :n + 1
\\set stream :client_id + {clients} * (:n % {streams_each})
\\set version :base + :n / {streams_each}
INSERT INTO event (stream_id, version, data) VALUES (:stream, :version, :payload);
"""
_PROGRESS = re.compile(r"progress: [\d.]+ s, ([\d.]+) tps, lat [\d.]+ ms stddev [\d.]+, (\d+) failed")
_PROCESSED = re.compile(r"transactions actually processed: (\d+)")
# Rounds must not meet: each starts its versions above what any earlier one can have written.
_VERSIONS_PER_ROUND = 10_000_000


class Pgbench:
    """Runs rounds of pgbench on one table."""

    def __init__(self, server: Server, payload: bytes, streams: int) -> None:
        self._server = server
        # Literal text is valid bytea as long as it holds no backslash.
        assert b"\\" not in payload
        self._payload = payload.decode()
        self._streams = streams
        self._base = 0

    async def prepare(self) -> None:
        connection = await asyncpg.connect(await self._server.create_database(DATABASE))
        await connection.execute(_TABLE)
        await connection.close()

    async def round(self, clients: int, seconds: float) -> Numbers:
        """Rates and usage of the steady part: the first second, in which clients connect, and the last are not counted."""
        self._base += _VERSIONS_PER_ROUND
        await self._server.checkpoint()
        flushes = await self._server.flushes()
        with tempfile.NamedTemporaryFile("w", suffix=".pgbench") as script:
            script.write(_SCRIPT.format(clients=clients, streams_each=self._streams // clients))
            script.flush()
            process = await self._start(Path(script.name), clients, steady_s := math.ceil(seconds))
            steady, output = await self._watch(process, steady_s)
        # Backends hand in their counts as they end, just after the client has gone.
        await asyncio.sleep(0.3)
        processed = _PROCESSED.search(output)
        assert process.returncode == 0, output
        assert processed, output
        return {**steady, "flushes": (await self._server.flushes() - flushes) / int(processed[1])}

    async def _start(self, script: Path, clients: int, seconds: int) -> asyncio.subprocess.Process:
        folder, port = self._server.address
        program = str(self._server.binaries / "pgbench")
        return await asyncio.create_subprocess_exec(
            *(
                program,
                "-n",
                "-M",
                "prepared",
                "-c",
                str(clients),
                "-j",
                "2",
                "-T",
                str(seconds + 2),
                "-P",
                "1",
                "-f",
                str(script),
            ),
            *("-D", "n=-1", "-D", f"base={self._base}", "-D", f"payload={self._payload}"),
            *("-h", folder, "-p", str(port), "-U", "postgres", DATABASE),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )

    async def _watch(self, process: asyncio.subprocess.Process, seconds: int) -> tuple[dict[str, float], str]:
        """Looks at the server at pgbench's first line and so many lines, one a second, later; adds up what lies between."""
        assert process.stdout is not None
        output: list[str] = []
        rates: list[float] = []
        usages: list[tuple[Usage, float]] = []
        async for line in process.stdout:
            output.append(line.decode())
            progress = _PROGRESS.match(output[-1])
            if progress:
                assert progress[2] == "0", "pgbench failed transactions"
                rates.append(float(progress[1]))
                usages.append((await self._server.usage(), process_cpu_s(process.pid)))
        await process.wait()
        text = "".join(output)
        assert len(rates) > seconds, text
        transactions = sum(rates[1 : seconds + 1])
        (first, first_cpu), (last, last_cpu) = usages[0], usages[seconds]
        return {"rate": transactions / seconds, **last.per_operation(first, round(transactions), last_cpu - first_cpu)}, text
