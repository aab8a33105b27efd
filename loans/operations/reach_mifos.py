"""The one way to a partner's Mifos X: one at a time, within its quota, not while it is left alone.

A Line belongs to the thread and the database session that opened it, and is used outside of
transactions.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.db import Error as DatabaseError
from django.db import connection as database
from django.db import transaction

from core import clock, locks
from core.refusals import Refused
from core.secrets import CannotOpen
from gateways import registry
from gateways.interface import Exchange, LoanAccess, LoanBook, LoanDesk
from gateways.models import Call
from loans.models import LoanSyncRun, MifosConnection
from loans.operations import mifos_trouble

KIND = "loans"
# With the longest call after it, a job ends before the 90 seconds of a worker's task: who is
# slow must not have the task ended, and with it what goes on for others.
LASTS_S = 35.0
A_MINUTE = timedelta(minutes=1)
# The opened row and session are demanded, so that a Line neither outlives its lock nor carries
# a password to a server that was replaced meanwhile.
_TAKE_ONE = """
    UPDATE mifos_connections
       SET minute_requests = CASE WHEN minute_at = GREATEST(minute_at, %(minute)s)
                                  THEN minute_requests + 1 ELSE 1 END,
           minute_at = GREATEST(minute_at, %(minute)s)
     WHERE id = %(id)s
       AND sealed_password = %(sealed)s AND tenant = %(tenant)s AND username = %(username)s
       AND ca_bundle = %(ca_bundle)s
       AND pg_backend_pid() = %(session)s
       AND (%(at_once)s OR not_before IS NULL OR not_before <= %(at)s)
       AND (minute_at IS NULL OR minute_at < %(minute)s OR minute_requests < requests_per_minute)
"""


class AlreadyRunning(Refused):
    """Somebody else speaks with this partner's Mifos X at this moment."""


class NotNow(Refused):
    """Nothing may leave before `until`: the server is left alone for a while."""

    def __init__(self, message: str, *, until: datetime) -> None:
        super().__init__(message)
        self.until = until


class QuotaSpent(NotNow):
    """All requests of this minute are spent."""


class TimeIsUp(NotNow):
    """The job that it is part of has had its time; the next one goes on."""


class LineLost(NotNow):
    """The address was changed meanwhile, or the database session that held the lock is gone."""


class Line:
    """What one worker holds while it speaks with one Mifos X. It is a CallKeeper.

    `run` counts the requests too, and is saved by whoever owns it. `at_once`: a person looks, and
    the time that the server is left alone does not bind them; its quota does. No call begins
    after `ends_s` of the stopwatch.
    """

    def __init__(
        self, connection: MifosConnection, access: LoanAccess, *, run: LoanSyncRun | None = None,
        at_once: bool = False, ends_s: float,
    ) -> None:  # fmt: skip
        self.connection = connection
        self.access = access
        self.run = run
        self.at_once = at_once
        self.ends_s = ends_s
        self.requests = 0
        self._subject_id, self._kind = str(connection.pk), KIND
        self._session = _session()

    @cached_property
    def book(self) -> LoanBook:
        """Its loans."""
        return registry.loan_book(self.access, self)

    @cached_property
    def desk(self) -> LoanDesk:
        """What is asked beside its loans."""
        return registry.loan_desk(self.access, self)

    @contextmanager
    def about(self, subject_id: object, *, kind: str = KIND) -> Iterator[None]:
        """Calls in the block are kept as being about this row."""
        before = self._subject_id, self._kind
        self._subject_id, self._kind = str(subject_id), kind
        try:
            yield
        finally:
            self._subject_id, self._kind = before

    def pays(self, *, until_commit: bool = False) -> bool:
        """Whether its loans are still paid by themselves, as the database says now.

        `until_commit`: and nobody changes that before the transaction ends.
        """
        rows = MifosConnection.objects.all()
        if until_commit:
            rows = rows.select_for_update(no_key=True)
        row = rows.get(pk=self.connection.pk)
        return row.pays and row.sealed_password == self.connection.sealed_password

    def before_call(self) -> None:
        """Take one request of the minute. Raises NotNow, QuotaSpent, TimeIsUp, LineLost."""
        at = clock.database_now()
        if clock.stopwatch_s() > self.ends_s:
            raise TimeIsUp(f"{self.connection} takes long: the next time goes on", until=at)
        row = self.connection
        values: dict[str, Any] = {
            "id": row.pk, "at": at, "minute": at.replace(second=0, microsecond=0),
            "at_once": self.at_once, "session": self._session, "sealed": row.sealed_password,
            "tenant": row.tenant, "username": row.username, "ca_bundle": row.ca_bundle,
        }  # fmt: skip
        with transaction.atomic(durable=True), database.cursor() as cursor:
            cursor.execute(_TAKE_ONE, values)
            taken = cursor.rowcount == 1
        if not taken:
            raise self._why_not(at)
        self.requests += 1
        if self.run is not None:
            self.run.requests += 1

    def after_call(self, exchange: Exchange) -> None:
        """Keep it, as every call to a provider is kept."""
        Call.objects.from_exchange(
            exchange, provider=registry.loan_provider(), kind=self._kind,
            subject_id=self._subject_id,
        ).save()  # fmt: skip

    def _why_not(self, at: datetime) -> NotNow:
        row = MifosConnection.objects.select_related("partner").get(pk=self.connection.pk)
        changed = row.sealed_password != self.connection.sealed_password
        if changed or _session() != self._session:
            return LineLost(f"{row} was changed, or let go of, while it was asked", until=at)
        if row.not_before and row.not_before > at and not self.at_once:
            return NotNow(_left_alone(row), until=row.not_before)
        if row.minute_at and row.minute_requests >= row.requests_per_minute:
            return QuotaSpent(
                f"the {row.requests_per_minute} requests of this minute to {row} are spent: try "
                "again in a minute",
                until=row.minute_at + A_MINUTE,
            )
        return LineLost(f"{row} was changed while it was asked", until=at)


@contextmanager
def open_line(
    connection: MifosConnection,
    *,
    run: LoanSyncRun | None = None,
    at: datetime,
    at_once: bool = False,
    ends_s: float | None = None,
) -> Iterator[Line]:
    """The partner's lock for the block, and what speaks through it; nothing has left yet.

    The connection is read anew. `ends_s`: of the job that this is a part of, where it is one.
    Raises AlreadyRunning, NotNow while the server is left alone (not when `at_once`), Refused
    when the password does not open.
    """
    name = f"loans:{connection.partner_id}"
    ends_s = lasts_until_s() if ends_s is None else ends_s
    if not locks.try_session_locks({name}):
        raise AlreadyRunning(
            f"{connection} is being spoken with already: try again in a minute, or look at the "
            "sync that runs"
        )
    try:
        row = MifosConnection.objects.select_related("partner").get(pk=connection.pk)
        if row.not_before and row.not_before > at and not at_once:
            raise NotNow(_left_alone(row), until=row.not_before)
        yield Line(row, _access(row, at), run=run, at_once=at_once, ends_s=ends_s)
    finally:
        with suppress(DatabaseError):  # a session that ended freed it
            locks.free_session_locks({name})


def lasts_until_s() -> float:
    """Until when, by the stopwatch, the calls of a job that begins now may begin."""
    return clock.stopwatch_s() + LASTS_S


def note_failure(line: Line, error: Exception, at: datetime) -> None:
    """Leave the server alone for a while where the error is the server's; tell people.

    Only user, tenant, permission and silence are: a refusal of one loan is not.
    """
    mifos_trouble.note_failure(line.connection, error, at=at)


def note_success(line: Line, at: datetime) -> None:
    """It answered: nothing is left of earlier trouble."""
    mifos_trouble.note_success(line.connection, at=at)


def _access(row: MifosConnection, at: datetime) -> LoanAccess:
    try:
        password = row.password()
    except CannotOpen as error:
        mifos_trouble.tell_refusal(row, str(error), at=at)
        raise Refused(str(error), field="password") from None
    return LoanAccess(
        owner=str(row.partner_id), host=row.host, tenant=row.tenant, username=row.username,
        password=password, ca_bundle=row.ca_bundle, version=row.version, time_zone=row.time_zone,
    )  # fmt: skip


def _left_alone(row: MifosConnection) -> str:
    moment = row.not_before.astimezone(clock.NAIROBI) if row.not_before else ""
    why = row.trouble or "it did not answer"
    return f"{row} is left alone until {moment:%H:%M}: {why}"


def _session() -> int:
    with database.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])
