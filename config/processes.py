"""Processes that this checkout started: whether they still run, and how they end.

Standard library only. A process is known by its id and the moment it was born, so that an id
that the system has given to somebody else since is never touched.
"""

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

PROC = Path("/proc")
LOOK_AGAIN_S = 0.05
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Process:
    """A running process: the group it belongs to and the mark of its birth."""

    group: int
    born: str


@dataclass(frozen=True)
class Group:
    """A part of the product: the process group that it leads."""

    part: str
    leader: int
    born: str


def running() -> dict[int, Process]:
    """Every running process by id, zombies left out."""
    if not (PROC / "self/stat").exists():
        return _running_by_ps()
    found = {}
    for entry in os.listdir(PROC):  # noqa: PTH208 - read 20 times a second, names are enough
        if entry.isdigit() and (process := _read_stat(int(entry))):
            found[int(entry)] = process
    return found


def birth_mark(pid: int) -> str | None:
    """The mark of a running process; None when it has ended."""
    process = _read_stat(pid) if (PROC / "self/stat").exists() else _running_by_ps().get(pid)
    return process.born if process else None


def _read_stat(pid: int) -> Process | None:
    try:
        fields = (PROC / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    state, group, born_tick = fields[0], int(fields[2]), fields[19]
    return None if state in "ZX" else Process(group, f"{_boot()}:{born_tick}")


def _boot() -> str:
    try:
        return (PROC / "sys/kernel/random/boot_id").read_text().strip()[:8]
    except OSError:
        return "boot"


def _running_by_ps() -> dict[int, Process]:
    command = ["ps", "-A", "-o", "pid=,pgid=,stat=,lstart="]
    table = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    rows = [line.split(maxsplit=3) for line in table.stdout.splitlines()]
    return {
        int(pid): Process(int(group), born)
        for pid, group, state, born in rows
        if not state.startswith("Z")
    }


def die_with_parent() -> None:
    """For `preexec_fn`: ask Linux to end this process when the one that started it is gone."""
    if LIBC is not None:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def members(group: Group, *, checkout: Path) -> list[int]:
    """The running processes of a group; none when its id belongs to somebody else by now.

    Where the leader is gone only those that work in `checkout` count.
    """
    table = running()
    leader = table.get(group.leader)
    if leader is not None and leader.born != group.born:
        return []
    here = [pid for pid, process in table.items() if process.group == group.leader]
    return here if leader is not None else [pid for pid in here if _works_in(pid, checkout)]


def _works_in(pid: int, checkout: Path) -> bool:
    try:
        return (PROC / str(pid) / "cwd").readlink() == checkout.resolve()
    except OSError:
        return False


def end(groups: Sequence[Group], *, checkout: Path, grace_s: float) -> list[str]:
    """End groups: SIGTERM, then SIGKILL after `grace_s`. Returns the parts that still ran.

    SIGTERM goes to the leader, who ends its own: a worker whose children are told as well waits
    for them for ever. What has lost its leader is told as a group.
    """
    alive = [group for group in groups if members(group, checkout=checkout)]
    told: set[Group] = set()

    def ended() -> bool:
        left = {group: members(group, checkout=checkout) for group in alive}
        for group, pids in left.items():
            if pids and group.leader not in pids:
                _send(group, signal.SIGTERM)
            elif pids and group not in told:
                told.add(group)
                with suppress(ProcessLookupError):
                    os.kill(group.leader, signal.SIGTERM)
        return not any(left.values())

    if not wait_until(ended, limit_s=grace_s):
        for group in alive:
            if members(group, checkout=checkout):
                _send(group, signal.SIGKILL)
        wait_until(ended, limit_s=grace_s)
    return [group.part for group in alive]


def _send(group: Group, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group.leader, number)


def wait_until(condition: Callable[[], bool], *, limit_s: float) -> bool:
    """Look again until the condition holds or the time is over; whether it held."""
    deadline = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(LOOK_AGAIN_S)
    return True


def remember(groups: Sequence[Group], *, file: Path) -> None:
    """Write the groups down, whole or not at all, for the next start to find."""
    draft = file.with_suffix(".new")
    draft.write_text(json.dumps([asdict(group) for group in groups]))
    draft.replace(file)


def remembered(file: Path) -> list[Group]:
    """The groups that an earlier start wrote down; none when the file cannot be read."""
    try:
        return [Group(**entry) for entry in json.loads(file.read_text())]
    except (OSError, ValueError, TypeError):
        return []
