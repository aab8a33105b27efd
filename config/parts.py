"""The parts of the product that run.py starts, watches and ends. Standard library only."""

import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from config.processes import (
    Group,
    birth_mark,
    die_with_parent,
    end,
    remember,
    remembered,
    wait_until,
)

GRACE_S = 10
LOG_LINES_SHOWN = 15
SIGNAL_EXIT = 128  # the shells' way to say which signal ended a command


class PartEndedError(Exception):
    """A part ended that should run, or failed; the text says which, with its last log lines."""


@dataclass
class Parts:
    """Each part is a process group of its own, written down for the next start to find."""

    checkout: Path
    folder: Path
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    groups: list[Group] = field(default_factory=list)

    @property
    def file(self) -> Path:
        return self.folder / "groups.json"

    def log(self, part: str) -> Path:
        """Where a part writes; the file of the start before is kept beside it."""
        return self.folder / f"logs/{part}.log"

    def end_leftovers(self) -> list[str]:
        """End what a start that was itself killed has left; the names of those parts."""
        ended = end(remembered(self.file), checkout=self.checkout, grace_s=GRACE_S)
        remember([], file=self.file)
        return ended

    def start(
        self, part: str, *command: str, environment: Mapping[str, str], console: bool = False
    ) -> None:
        """Start a part. It writes to its log, or to the console."""
        log = self.log(part)
        log.parent.mkdir(exist_ok=True)
        if log.exists():
            log.replace(log.with_suffix(".log.1"))
        with log.open("wb") as sink:
            process = subprocess.Popen(  # noqa: S603
                command,
                cwd=self.checkout,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=None if console else sink,
                stderr=None if console else subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=die_with_parent,  # noqa: PLW1509 - we have no threads
            )
        self.processes[part] = process
        self.groups.append(Group(part, process.pid, birth_mark(process.pid) or "ended"))
        remember(self.groups, file=self.file)

    def check(self, *, but: str = "") -> None:
        """Raise PartEndedError when a part has ended, `but` excepted."""
        for part, process in self.processes.items():
            if part != but and process.poll() is not None:
                raise PartEndedError(self._obituary(part, process.returncode))

    def wait_for(self, condition: Callable[[], bool], *, limit_s: float, what: str) -> None:
        """Wait while every part runs. Raises PartEndedError, also when the time is over."""

        def held() -> bool:
            self.check()
            return condition()

        if not wait_until(held, limit_s=limit_s):
            raise PartEndedError(f"{what} did not happen within {limit_s:g} s: see {self.folder}")

    def finish(self, part: str, *, each_time: Callable[[], None] = lambda: None) -> int:
        """Wait for a part that ends by itself while the others run; its exit code."""
        process = self.processes[part]

        def finished() -> bool:
            self.check(but=part)
            each_time()
            return process.poll() is not None

        wait_until(finished, limit_s=float("inf"))
        del self.processes[part]
        return process.returncode

    def explain(self, part: str, exit_code: int) -> PartEndedError:
        """The error to raise for a part that should have ended well."""
        return PartEndedError(self._obituary(part, exit_code))

    def _obituary(self, part: str, exit_code: int) -> str:
        log = self.log(part)
        lines = log.read_text(errors="replace").splitlines()[-LOG_LINES_SHOWN:]
        shown = "\n".join(f"    {line}" for line in lines)
        place = os.path.relpath(log, self.checkout)
        return (
            f"The part `{part}` ended (exit code {exit_code}). Its last lines ({place}):\n{shown}"
        )

    def end(self) -> None:
        """End every part that still runs, with all its processes."""
        end(self.groups, checkout=self.checkout, grace_s=GRACE_S)
        for process in self.processes.values():
            process.wait()
        remember([], file=self.file)


def attached(
    command: Sequence[str],
    *,
    checkout: Path,
    environment: Mapping[str, str],
    captured: bool = False,
) -> tuple[int, str]:
    """Run a command on this terminal, whose Ctrl-C it gets itself; its exit code and output.

    It does not outlive us. Raises KeyboardInterrupt when it, or we, were told to end.
    """
    child = subprocess.Popen(  # noqa: S603
        command,
        cwd=checkout,
        env=dict(environment),
        stdout=subprocess.PIPE if captured else None,
        stderr=subprocess.STDOUT if captured else None,
        text=True,
        preexec_fn=die_with_parent,  # noqa: PLW1509 - we have no threads
    )
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        output, _ = child.communicate()
    except KeyboardInterrupt:
        child.terminate()
        if not wait_until(lambda: child.poll() is not None, limit_s=GRACE_S):
            child.kill()
        raise
    signal.signal(signal.SIGINT, before)
    if child.returncode == -signal.SIGINT:
        raise KeyboardInterrupt
    return (
        child.returncode if child.returncode >= 0 else SIGNAL_EXIT - child.returncode,
        output or "",
    )
