"""Other processes: how much CPU they took, and how to talk to those that work for us, a line of JSON at a time."""

import asyncio
import os
import re
import resource
import sys
from pathlib import Path
from typing import Any, Self

import msgspec

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_PEAK = re.compile(r"VmHWM:\s+(\d+) kB")
_REPLY_TIMEOUT_S = 600
_LINE_BYTES_MAX = 64 * 1024 * 1024
PYTHON = sys.executable
ROOT = Path(__file__).parents[1]


def process_cpu_s(pid: int) -> float:
    """User and system time of a process with all its threads; zero where there is no /proc."""
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_S if fields else 0.0


def family_cpu_s(pid: int) -> float:
    """A process, its living children, and those it has buried: what a postmaster's server took so far."""
    fields = _stat(pid)
    if not fields:
        return 0.0
    buried = (int(fields[13]) + int(fields[14])) / _TICKS_PER_S
    return buried + sum(map(_running_s, [pid, *_children(pid)]))


def children_cpu_s() -> float:
    """What our own children took that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def peak_memory_bytes(pid: int) -> int:
    """The most resident memory a living process ever had."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    found = _PEAK.search(status)
    return int(found[1]) * 1024 if found else 0


def _children(parent: int) -> list[int]:
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            fields = _stat(int(folder.name))
            if fields and int(fields[1]) == parent:
                found.append(int(folder.name))
    return found


def _running_s(pid: int) -> float:
    """In nanoseconds where the kernel says so; right for processes of one thread, as PostgreSQL's are."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
    except (FileNotFoundError, ProcessLookupError):
        return process_cpu_s(pid)


def _stat(pid: int) -> list[str]:
    """The fields after the name, which may hold blanks: state, parent, …"""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


class Helper:
    """A module of ours in a process of its own. It takes a line of JSON and answers with lines of JSON."""

    def __init__(self, module: str, *arguments: str) -> None:
        self._command = [PYTHON, "-m", module, *arguments]
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        pipe = asyncio.subprocess.PIPE
        self._process = await asyncio.create_subprocess_exec(
            *self._command, stdin=pipe, stdout=pipe, cwd=ROOT, limit=_LINE_BYTES_MAX
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        process = self._running
        if process.stdin is not None:
            process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), 20)
        except TimeoutError:
            process.kill()
            await process.wait()

    @property
    def pid(self) -> int:
        return self._running.pid

    async def send(self, message: object) -> None:
        stdin = self._running.stdin
        assert stdin is not None
        stdin.write(msgspec.json.encode(message) + b"\n")
        await stdin.drain()

    async def receive(self) -> dict[str, Any]:
        stdout = self._running.stdout
        assert stdout is not None
        line = await asyncio.wait_for(stdout.readline(), _REPLY_TIMEOUT_S)
        if not line:
            raise RuntimeError(f"{' '.join(self._command)} ended; what it said is above")
        answer: dict[str, Any] = msgspec.json.decode(line)
        return answer

    @property
    def _running(self) -> asyncio.subprocess.Process:
        assert self._process is not None
        return self._process


def answer(message: object) -> None:
    """A helper's side of the conversation."""
    sys.stdout.write(msgspec.json.encode(message).decode() + "\n")
    sys.stdout.flush()
