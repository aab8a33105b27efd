"""`manage.py sweep`: the worker's jobs in the foreground, for cron users and rehearsals."""

import logging
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from typing import Any

from django.core.management.base import CommandError
from django.db import close_old_connections

from config.schedules import SWEEPS, run_job
from core import clock
from core.command import BadUsage, VaultCommand, is_not_migrated

logger = logging.getLogger(__name__)

IDLE_LOOK_S = 0.25
IDLE_LOOK_MAX_S = 2.0
BROKEN_ROUNDS_MAX = 20


class Command(VaultCommand):
    help = (
        "Run the sweeps (all, or those named) once, every S seconds, or until nothing is due. "
        "Exit code 1 when one broke off in the last round."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(SWEEPS))
        parser.add_argument("--every", type=float, metavar="S", help="again every S seconds")
        parser.add_argument(
            "--until-idle",
            action="store_true",
            help="go on until nothing is due now or later without a person",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        unknown = [name for name in options["names"] if name not in SWEEPS]
        if unknown:
            raise BadUsage(f"No sweep is called {unknown[0]!r}: use {', '.join(SWEEPS)}")
        names = options["names"] or list(SWEEPS)
        done = dict.fromkeys(names, 0)
        broke_off: list[str] = []
        try:
            if options["until_idle"]:
                sweep_until_idle(names, done)
            else:
                _, broke_off = _sweep(names, done)
            while options["every"]:
                clock.wait(seconds=options["every"])
                _, broke_off = _sweep(names, done)
        except KeyboardInterrupt:
            self.stderr.write("Stopped.")
        self._tell(done, broke_off)

    def _tell(self, done: dict[str, int], broke_off: list[str]) -> None:
        """What was done. Raises CommandError where something was not."""
        text = ", ".join(f"{name} {count}" for name, count in done.items())
        self.answer({"done": done, "brokeOff": broke_off}, text)
        if broke_off:
            raise CommandError(f"Broke off: {', '.join(broke_off)}. The log says why.")


def sweep_until_idle(
    names: list[str],
    done: dict[str, int],
    *,
    beside: Sequence[str] = (),
    is_busy: Callable[[], bool] = lambda: False,
) -> None:
    """Sweep until nothing is due now or at any later time without a person.

    `beside`: sweeps that run too, and whose later moments are not waited for. It goes on as long
    as `is_busy` says so.
    """
    look_s, broken = IDLE_LOOK_S, 0
    while True:
        worked, failed = _sweep([*names, *beside], done)
        broken = broken + 1 if failed else 0
        if broken == BROKEN_ROUNDS_MAX:
            raise CommandError(f"The sweep {failed[0]} breaks off each time: see the log")
        names = [name for name in names if not SWEEPS[name].once]
        if worked or failed:
            look_s = IDLE_LOOK_S
            continue
        at = clock.database_now()
        moments = [SWEEPS[name].next_moment(at=at) for name in names]
        due = [moment for moment in moments if moment is not None]
        if not due and not is_busy():
            return
        ahead_s = (min(due) - clock.database_now()).total_seconds() if due else look_s
        clock.wait(seconds=max(0.05, min(ahead_s, look_s)))
        look_s = min(look_s * 1.5, IDLE_LOOK_MAX_S)


def _sweep(names: list[str], done: dict[str, int]) -> tuple[int, list[str]]:
    """Run each once: how much was done that may lead to more, and which broke off."""
    count, failed = 0, []
    for name in names:
        try:
            worked = run_job(name)
        except Exception as error:
            if is_not_migrated(error):
                raise
            logger.exception("The sweep %s broke off; the next one finds the rest", name)
            failed.append(name)
            close_old_connections()
            continue
        done[name] += worked
        if SWEEPS[name].job:
            count += worked
    return count, failed
