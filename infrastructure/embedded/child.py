"""The program between our process and PostgreSQL: it drops root, ties its life to its parent's, and becomes PostgreSQL.

It is run as a script, with only the standard library. That costs some 20 ms a start, and in return no Python code runs
between fork and exec in a process full of threads (as a `preexec_fn` would), and the process id stays the same.
"""

import ctypes
import os
import signal
import sys
from pathlib import Path

UNPRIVILEGED_ID = 65534  # nobody and nogroup, on Linux by convention
_CLONE_NEWUSER = 0x10000000
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def main(privileges: str, parent_pid: int, command: list[str]) -> None:
    if privileges == "namespace":
        _enter_user_namespace()
    elif privileges == "nobody":
        _become_nobody()
    # After the change of user, which would clear the signal again.
    _end_with_parent(parent_pid)
    os.execvp(command[0], command)  # noqa: S606 -- becoming another program is what this one is for


def _enter_user_namespace() -> None:
    """As `unshare --user --map-user=65534 --map-group=65534` does: root outside, an unprivileged user inside."""
    uid, gid = os.geteuid(), os.getegid()
    _checked(_libc.unshare(_CLONE_NEWUSER))
    # The kernel takes a group map from an unprivileged process only once setgroups is out of its reach.
    Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
    Path("/proc/self/gid_map").write_text(f"{UNPRIVILEGED_ID} {gid} 1", encoding="ascii")
    Path("/proc/self/uid_map").write_text(f"{UNPRIVILEGED_ID} {uid} 1", encoding="ascii")


def _become_nobody() -> None:
    os.setgroups([])
    os.setgid(UNPRIVILEGED_ID)
    os.setuid(UNPRIVILEGED_ID)


def _end_with_parent(parent_pid: int) -> None:
    """SIGINT, PostgreSQL's fast shutdown, when the thread that started us dies, however it dies.

    macOS has nothing like it. There a kill -9 of our process leaves PostgreSQL running, and the next start refuses,
    naming its process id, until somebody ends it.
    """
    # A shell's background job ignores SIGINT and hands that down; it must not get lost before PostgreSQL listens.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if sys.platform != "linux":
        return
    _checked(_libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGINT), 0, 0, 0))
    if os.getppid() != parent_pid:
        sys.exit("the parent process died before PostgreSQL started")


def _checked(result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3:])
