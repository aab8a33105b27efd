"""How the machine is: jobs, queue, callbacks, providers, float. A constant number of reads.

Everything is read by an index and up to a named limit: a flood makes no page slow.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import OuterRef, Subquery

from config.job_broker import COUNTED_MAX as TASKS_COUNTED_MAX
from config.job_broker import waiting as waiting_tasks
from config.schedule_rows import RHYTHMS_LATE, ScheduleRow, State
from config.schedules import SWEEPS, rhythm
from core import money
from core.admin import shown
from core.models import JobRun
from gateways.models import Call, Callback
from loans.models import MifosConnection
from loans.operations.sync_alerts import LATE_MINUTES
from loans.queries import connection_facts
from loans.rules.backing_off import SILENT_TOLD_AFTER
from vault.models import BalanceReading, Wallet
from vault.rules import wallets

EVERY_MINUTE = timedelta(minutes=1)
LATE_AFTER = RHYTHMS_LATE * EVERY_MINUTE
CALLBACKS_COUNTED_MAX = 1_000
NOTHING_WAITS = "Nothing waits for a worker."
REDIS_DOWN = "Redis does not answer: hints go through the table, and everything is slower."
QUEUE_OLD = timedelta(minutes=5)
CALLBACKS_JUDGED_MAX = 5_000
CALLBACKS_PERIOD = timedelta(hours=24)
ANSWERED_WITHIN = timedelta(seconds=60)
WAITING_TOO_LONG = timedelta(minutes=5)
SHARE_GOOD_PERCENT, SHARE_BAD_PERCENT = 99, 90
CALLS_JUDGED_MAX = 300
FAILURES_BAD = 4
LENDERS_MAX = 100
LOANS_LATE = timedelta(minutes=LATE_MINUTES)
NO_ANSWER_STATUSES = {502, 503, 504}

NO_WORKER, SCHEDULE_LATE, CALLBACKS_LATE = "no_worker", "schedule_late", "callbacks_late"


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One figure with its tone, and the alert that it is worth while it is bad.

    `advice` stands in the alert only: what to do.
    """

    group: str
    name: str
    value: str
    text: str
    tone: str
    alert_kind: str = ""
    advice: str = ""
    at: datetime | None = None

    @property
    def is_bad(self) -> bool:
        """Red: a person has to do something."""
        return self.tone == shown.BAD

    @property
    def word(self) -> str:
        """The tone as a word: colour alone tells nobody."""
        words = {shown.GOOD: "Good", shown.WARN: "Look at it", shown.BAD: "Bad"}
        return words.get(self.tone, "No figure yet")


def readings(*, at: datetime) -> list[Reading]:
    """Every figure of health, in the order in which they are shown."""
    runs = {run.name: run for run in JobRun.objects.all()}
    return [
        _workers(runs, at), _queue(at), _callbacks(at), *_providers(), *_floats(at),
        *_lenders(at), *_schedules(runs, at),
    ]  # fmt: skip


def _workers(runs: dict[str, JobRun], at: datetime) -> Reading:
    """A worker is alive as long as jobs begin; some do every minute."""
    latest = max((run.started_at for run in runs.values() if run.started_at), default=None)
    start = "Nothing is sent, asked or read until one runs: start `manage.py qcluster`."
    value, text, tone = "None yet", start, shown.BAD
    if latest is not None:
        silent = at - latest
        alive = silent <= LATE_AFTER
        value = "Alive" if alive else f"No worker for {silent // EVERY_MINUTE:,} min"
        text = f"The latest job began {shown.relative(latest)}." if alive else start
        tone = shown.GOOD if alive else shown.BAD
    return Reading(
        group="Workers", name="Workers", value=value, text=text, tone=tone, at=latest,
        alert_kind=NO_WORKER if latest else "",
    )  # fmt: skip


def _queue(at: datetime) -> Reading:
    """Hints and ticks that no worker has taken yet."""
    queue = waiting_tasks(at=at)
    oldest = queue.oldest_at
    more = " or more" if queue.count >= TASKS_COUNTED_MAX else ""
    old = oldest is not None and at - oldest > QUEUE_OLD
    text = f"The oldest came {shown.relative(oldest)}." if oldest else NOTHING_WAITS
    return Reading(
        group="Workers", name="Queue", value=f"{queue.count:,}{more}", at=oldest,
        text=text if queue.redis_up is not False else f"{text} {REDIS_DOWN}",
        tone=shown.WARN if old or queue.redis_up is False else shown.GOOD,
    )  # fmt: skip


def _callbacks(at: datetime) -> Reading:
    """How many were read within 60 seconds, of the newest 5,000 of the last 24 hours."""
    newest = Callback.objects.order_by("-pk").values_list("received_at", "processed_at")
    recent = [line for line in newest[:CALLBACKS_JUDGED_MAX] if line[0] >= at - CALLBACKS_PERIOD]
    judged = [
        (received_at, processed_at)
        for received_at, processed_at in recent
        if processed_at or at - received_at > ANSWERED_WITHIN
    ]
    in_time = sum(end is not None and end - start <= ANSWERED_WITHIN for start, end in judged)
    waiting = _unread()
    oldest = waiting[0] if waiting else None
    share = 100 * in_time / len(judged) if judged else 100.0
    too_long = oldest is not None and at - oldest > WAITING_TOO_LONG
    tone = shown.WARN if share < SHARE_GOOD_PERCENT else shown.GOOD
    if too_long or (len(judged) >= 20 and share < SHARE_BAD_PERCENT):
        tone = shown.BAD
    return Reading(
        group="Callbacks", name="Read within 60 s", alert_kind=CALLBACKS_LATE, at=oldest,
        value=f"{share:.1f} %" if judged else shown.NOTHING,
        text=f"Of the newest {len(judged):,} of the last 24 h. {_waiting_text(waiting)}"
        if judged else f"None arrived in the last 24 h. {_waiting_text(waiting)}",
        tone=tone if judged or waiting else shown.MUTE,
    )  # fmt: skip


def _unread() -> Sequence[datetime]:
    rows = Callback.objects.filter(processed_at=None).order_by("pk")
    return list(rows.values_list("received_at", flat=True)[:CALLBACKS_COUNTED_MAX])


def _waiting_text(waiting: Sequence[datetime]) -> str:
    if not waiting:
        return "None waits."
    more = " or more" if len(waiting) >= CALLBACKS_COUNTED_MAX else ""
    return f"{len(waiting):,}{more} not read yet, the oldest of {shown.relative(waiting[0])}."


def _providers() -> Iterator[Reading]:
    """Whether calls are answered at all, by the newest ones; a refusal is an answer."""
    names = ("provider", "http_status", "started_at")
    calls: dict[str, list[tuple[int | None, datetime]]] = {}
    newest = Call.objects.order_by("-started_at").values_list(*names)[:CALLS_JUDGED_MAX]
    for provider, http_status, started_at in newest:
        calls.setdefault(provider, []).append((http_status, started_at))
    if not calls:
        yield Reading(
            group="Providers", name="M-Pesa", value="Not called yet", tone=shown.MUTE,
            text="No call has left this machine.",
        )  # fmt: skip
    for provider, made in sorted(calls.items()):
        answered = [started_at for http_status, started_at in made if _answers(http_status)]
        failures = next((n for n, call in enumerate(made) if _answers(call[0])), len(made))
        last = f"Last answer {shown.relative(answered[0])}." if answered else "No answer yet."
        yield Reading(
            group="Providers", name=_named(provider), at=answered[0] if answered else None,
            value=f"{failures} calls in a row without an answer" if failures > 1
            else "The last call had no answer" if failures else "Reachable",
            text=last,
            tone=shown.BAD if failures >= FAILURES_BAD else shown.WARN if failures else shown.GOOD,
        )  # fmt: skip


def _answers(http_status: int | None) -> bool:
    return http_status is not None and http_status not in NO_ANSWER_STATUSES


def _named(provider: str) -> str:
    return {"daraja": "M-Pesa", "fineract": "Mifos X"}.get(provider, provider.capitalize())


def _floats(at: datetime) -> Iterator[Reading]:
    """What each active shortcode's utility wallet held when it was last told."""
    for wallet in _wallets():
        number, low_minor = wallet["shortcode__number"], wallet["shortcode__low_float_minor"]
        held_minor, currency = wallet["available_minor"], wallet["currency"]
        read_at: datetime | None = wallet["read_at"]
        value, text, tone = "Not told yet", "", shown.MUTE
        if read_at is not None:
            is_low = bool(wallets.low_float_text(
                number=number, available_minor=held_minor, low_minor=low_minor, currency=currency
            ))  # fmt: skip
            is_old = at - read_at > RHYTHMS_LATE * rhythm("balances")
            value = money.shown(held_minor, currency)
            text = f"Told {shown.relative(read_at)}."
            text += f" Less than {money.shown(low_minor, currency)}: top it up." if is_low else ""
            text += " That is old: see why M-Pesa does not tell." if is_old else ""
            tone = shown.BAD if is_low else shown.WARN if is_old else shown.GOOD
        yield Reading(
            group="Float", name=f"Float of {number}", value=value, text=text, tone=tone, at=read_at
        )


def _wallets() -> list[Any]:
    latest = BalanceReading.objects.filter(wallet=OuterRef("pk")).order_by("-read_at", "-id")
    rows = Wallet.objects.filter(
        shortcode__is_active=True, shortcode__partner__is_active=True,
        name__istartswith="utility",
    )  # fmt: skip
    return list(
        rows.order_by("shortcode__number").values(
            "shortcode__number", "shortcode__low_float_minor", "currency",
            read_at=Subquery(latest.values("read_at")[:1]),
            available_minor=Subquery(latest.values("available_minor")[:1]),
        )
    )  # fmt: skip


def _lenders(at: datetime) -> Iterator[Reading]:
    """Each Mifos X whose loans are to be paid by themselves: whether they are, and since when."""
    rows = MifosConnection.objects.filter(
        mifos_auto_disbursement_enabled=True, partner__is_active=True
    )
    for row in rows.select_related("partner").order_by("partner__name")[:LENDERS_MAX]:
        state, meaning = connection_facts.in_a_word(row)
        read_at = row.last_sync_at or row.confirmed_at
        is_late = read_at is not None and at - read_at > LOANS_LATE
        synced = f"Loans fetched {shown.relative(row.last_sync_at)}." if row.last_sync_at else ""
        told = meaning if row.trouble or not row.pays else ""
        bad = is_late or not row.pays or row.failures >= SILENT_TOLD_AFTER
        yield Reading(
            group="Mifos X", name=str(row), at=row.last_sync_at,
            value="Not fetched for long" if row.pays and is_late and not row.trouble else state,
            text=" ".join(filter(None, (told, synced))) or "Its loans were not fetched yet.",
            tone=shown.BAD if bad else shown.WARN if row.trouble else shown.GOOD,
        )  # fmt: skip


def _schedules(runs: dict[str, JobRun], at: datetime) -> Iterator[Reading]:
    for name in SWEEPS:
        row = ScheduleRow(name=name, at=at, run=runs.get(name))
        text = f"{row.says} {row.every_text.capitalize()}.".strip()
        if row.run and row.run.did:
            text += f" It did {row.run.did:,}."
        if row.error:
            text += f" The last run failed: {row.error}"
        yield Reading(
            group="Schedules", name=name, value=_how(row), text=text, at=row.started_at,
            tone=shown.WARN if row.state is State.OFF else row.tone, advice=_advice(name),
            alert_kind=SCHEDULE_LATE if row.run else "",
        )  # fmt: skip


def _how(row: ScheduleRow) -> str:
    if row.started_at is None:
        return "Never ran"
    began = shown.relative(row.started_at)
    if row.state is State.LATE:
        return f"Late: {began}"
    if row.is_overdue and row.run:
        good_at = row.run.succeeded_at
        return (
            f"Failing: last good run {shown.relative(good_at)}" if good_at else "Never went well"
        )
    return began


def _advice(name: str) -> str:
    return (
        f"See whether a worker runs (manage.py qcluster). Meanwhile run it by manage.py sweep "
        f"{name}, or on the page Schedules."
    )
