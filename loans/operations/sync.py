"""One sync of one partner: fetch, process, book, each as far as it goes, kept as a run."""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import InterfaceError, OperationalError
from django.db.models import F
from django.db.models.functions import Least

from core import clock
from core.refusals import Refused
from core.states import SYSTEM
from gateways.errors import GatewayError
from loans.models import LoanSyncRun, MifosConnection
from loans.operations import counting
from loans.operations.book import book_due
from loans.operations.clear_payouts import clear_payouts
from loans.operations.fetch import fetch
from loans.operations.follow import follow
from loans.operations.mifos_trouble import is_refused
from loans.operations.process import process
from loans.operations.reach_mifos import (
    Line,
    NotNow,
    TimeIsUp,
    note_failure,
    note_success,
    open_line,
)

logger = logging.getLogger(__name__)

FETCH, PROCESS, BOOK = STEPS = ("fetch", "process", "book")
# A little less than five minutes, so that a schedule that is a second early finds it due.
EVERY_MINUTES = 4.5
NO_TIME_LEFT = "no_time_left"
# No part begins later than this: a worker's task ends after 90 seconds.
BUDGET_S = 30.0
BY_A_PERSON = ("admin", "command")
REFUSED = "it refused us lately: nothing is paid before what was paid could be booked"
UNEXPECTED = "something of ours went wrong; the log says what"
Part = Callable[[Line, LoanSyncRun, datetime], None]


class CannotSync(Refused):
    """The partner has no Mifos X that may be asked for this; nothing was done."""


def sync(
    *,
    partner_id: UUID,
    steps: Sequence[str] = STEPS,
    trigger: str = "command",
    actor: str = SYSTEM,
    at: datetime,
    ends_s: float | None = None,
) -> LoanSyncRun:
    """Do these of fetch, process, book, in this order; the run says what was done and what not.

    What goes wrong with the server or one loan stands in `run.errors`, and nothing is raised
    for it. `ends_s`: of the job that it is a part of (reach_mifos.py). Raises CannotSync,
    AlreadyRunning, NotNow, Refused when the password does not open; what is unexpected is raised
    at the end.
    """
    wanted = _in_order(steps)
    connection = connection_to_sync(partner_id, wanted)
    run = LoanSyncRun(
        partner_id=partner_id, steps=list(wanted), trigger=trigger, actor=actor, started_at=at
    )
    at_once = trigger in BY_A_PERSON
    with open_line(connection, run=run, at=at, at_once=at_once, ends_s=ends_s) as line:
        run.save(force_insert=True)
        if FETCH in wanted:
            _claim(line, at)
        try:
            work = Work(line, run, do=DO)
            work.do(wanted)
        finally:
            run.ended_at = clock.now()
            run.save()
    if work.unexpected is not None:
        raise work.unexpected
    return run


def why_it_is_not_read(connection: MifosConnection) -> str:
    """What keeps a connection from being asked for its loans at all; empty: nothing."""
    if not connection.partner.is_active:
        return f"{connection.partner} is not an active partner"
    if not connection.is_mifos_configured:
        return f"{connection} is not set up to the end: see Test connection"
    if not connection.confirmed_by:
        return f"the address of {connection} waits for another person to confirm it"
    return ""


def why_it_does_not_pay(connection: MifosConnection) -> str:
    """What keeps a connection from being fetched and paid by itself; empty: nothing."""
    why = why_it_is_not_read(connection)
    if not why and not connection.mifos_auto_disbursement_enabled:
        return f"{connection} is switched off: no loan is paid until it is switched on"
    return why


def connection_to_sync(partner_id: UUID, steps: Sequence[str]) -> MifosConnection:
    """The partner's connection, when some of the steps may be done.

    A fetch alone pays nothing, and is done while paying is switched off too. Raises CannotSync.
    """
    rows = MifosConnection.objects.select_related("partner")
    connection = rows.filter(partner=partner_id).first()
    if connection is None:
        raise CannotSync(
            "the partner has no Mifos X: add its connection first, with mifos_connection",
            field="partner",
        )
    why = _why_not(connection, steps)
    if why and not (BOOK in steps and connection.may_book):
        raise CannotSync(why, field="partner")
    return connection


class Work:
    """The steps of one run, each in the parts of `do`; `unexpected`: the first error of ours.

    Of a server that refused us, what waits to be booked is tried first: nothing is paid before it
    could be booked.
    """

    def __init__(self, line: Line, run: LoanSyncRun, *, do: Mapping[str, Sequence[Part]]) -> None:
        self.line, self.run, self.parts = line, run, do
        self.ends_s = clock.stopwatch_s() + BUDGET_S
        self.unexpected: Exception | None = None
        self.refused = is_refused(line.connection)

    def do(self, steps: Sequence[str]) -> None:
        """One after the other, until the server is to be left alone or time is up."""
        for step in self._in_turn(steps):
            why = "" if step == BOOK else self._why_not(steps)
            if step == PROCESS and self.refused:
                self._trouble(step, code="refused", text=REFUSED)
            elif why:
                self._trouble(step, code="switched_off", text=why)
            elif not all(self._go_on(step, part) for part in self.parts[step]):
                break
        if self.run.skipped.get(NO_TIME_LEFT) or self._is_over():
            _next_sync_no_later_than(self.line, clock.database_now() + clock.minutes(1))

    def _in_turn(self, steps: Sequence[str]) -> Sequence[str]:
        if self.refused and BOOK in steps:
            return (BOOK, *(step for step in steps if step != BOOK))
        return steps

    def _is_over(self) -> bool:
        return clock.stopwatch_s() > self.ends_s

    def _go_on(self, step: str, part: Part) -> bool:
        """Do it; whether the server may be asked on after it."""
        if self._is_over():
            self._trouble(step, code=NO_TIME_LEFT, text="left for the next sync")
            return False
        at, before = clock.database_now(), self.line.requests
        try:
            part(self.line, self.run, at)
        except NotNow as error:
            _next_sync_no_later_than(self.line, error.until)
            code = NO_TIME_LEFT if isinstance(error, TimeIsUp) else "not_now"
            self._trouble(step, code=code, text=str(error))
            return False
        except GatewayError as error:
            note_failure(self.line, error, clock.database_now())
            self._trouble(step, code=error.code, text=str(error) or type(error).__name__)
            return False
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            logger.exception("Sync of %s: %s failed", self.line.connection, step)
            self._trouble(step, code="unexpected", text=UNEXPECTED)
            self.unexpected = self.unexpected or error
            return True
        self.refused = self.refused and step != BOOK
        if self.line.requests > before and not self.refused:
            note_success(self.line, clock.database_now())
        return True

    def _why_not(self, steps: Sequence[str]) -> str:
        why = _why_not(self.line.connection, steps)
        if why or reads_only(steps):
            return why
        return "" if self.line.pays() else "it was switched off meanwhile"

    def _trouble(self, step: str, *, code: str, text: str) -> None:
        counting.trouble(self.run, step=step, loan_id=None, code=code, text=text)


def _fetch(line: Line, run: LoanSyncRun, at: datetime) -> None:
    if fetch(line, run, at=at):
        MifosConnection.objects.filter(pk=line.connection.pk).update(last_sync_at=at)


def _process(line: Line, run: LoanSyncRun, at: datetime) -> None:
    follow(at=at, partner_id=run.partner_id, run=run)
    process(line, run, at=at)


def clear_part(line: Line, run: LoanSyncRun, at: datetime) -> None:
    """Look again at payouts that leave later than the look they were made on."""
    clear_payouts(line, run, at=at)


def book_part(line: Line, run: LoanSyncRun, at: datetime) -> None:
    """Book what was paid."""
    follow(at=at, partner_id=run.partner_id, run=run)
    book_due(line, run, at=at)


DO: dict[str, Sequence[Part]] = {
    FETCH: [_fetch], PROCESS: [_process, clear_part], BOOK: [book_part],
}  # fmt: skip


def reads_only(steps: Sequence[str]) -> bool:
    """Whether these steps bring no money on its way and book none."""
    return tuple(steps) == (FETCH,)


def _why_not(connection: MifosConnection, steps: Sequence[str]) -> str:
    return (why_it_is_not_read if reads_only(steps) else why_it_does_not_pay)(connection)


def _in_order(steps: Sequence[str]) -> tuple[str, ...]:
    unknown = [step for step in steps if step not in STEPS]
    if unknown or not steps:
        said = f"{str(unknown[0])[:40]!r} is no step" if unknown else "there is none"
        raise CannotSync(f"{said}: name some of {', '.join(STEPS)}", field="steps")
    return tuple(step for step in STEPS if step in steps)


def _claim(line: Line, at: datetime) -> None:
    """Due again in five minutes; a web hook that comes meanwhile brings that forward."""
    MifosConnection.objects.filter(pk=line.connection.pk).update(
        next_sync_at=at + clock.minutes(EVERY_MINUTES)
    )


def _next_sync_no_later_than(line: Line, moment: datetime) -> None:
    MifosConnection.objects.filter(pk=line.connection.pk).update(
        next_sync_at=Least(F("next_sync_at"), moment)
    )
