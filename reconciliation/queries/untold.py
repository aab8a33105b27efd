"""Reads: which open alerts somebody is still to be told of, and what they were told lately."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import (
    Case,
    Exists,
    F,
    IntegerField,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    When,
)
from django.db.models.functions import Coalesce, Greatest

from core.alerts import SEVERITIES
from core.models import Alert
from reconciliation.models import AlertMessage, AlertRecipient
from reconciliation.queries.alert_targets import Target
from reconciliation.rules import routing
from reconciliation.rules.quiet_hours import is_quiet
from reconciliation.rules.routing import Untold

NEVER = -1
RANKS = {str(severity): rank for rank, severity in enumerate(SEVERITIES)}
Why = AlertMessage.Why
State = AlertMessage.State
FIRST_TOLD = (Why.OPENED, Why.WORSE)


def to_tell(target: Target, *, at: datetime) -> list[Untold]:
    """Alerts that opened or got worse since the target was told; the worst, then the oldest first.

    What somebody has acknowledged is not told any more.
    """
    return _untold(_open(target, at=at), target, step=0)


def to_escalate(target: Target, *, at: datetime, after: timedelta) -> list[Untold]:
    """Alerts that nobody has acknowledged for `after` times the target's step since others were
    told of them (or they opened)."""
    told = AlertMessage.objects.filter(alert=OuterRef("pk"), why__in=FIRST_TOLD).order_by()
    latest = told.values("alert").annotate(at=Max("created_at")).values("at")
    since = Greatest(F("first_at"), Coalesce(Subquery(latest), F("first_at")))
    rows = _open(target, at=at).annotate(told_at=since)
    return _untold(rows.filter(told_at__lte=at - target.step * after), target, step=target.step)


def told_before(target: Target, ids: Sequence[int]) -> set[int]:
    """Of which of these the target was told when they were milder."""
    rows = _messages(target).filter(alert__in=ids, why__in=FIRST_TOLD)
    return {pk for pk in rows.values_list("alert_id", flat=True) if pk is not None}


def made_lately(target: Target, *, since: datetime) -> tuple[int, bool]:
    """How many messages to one person by one channel were made, and whether one was a sum."""
    rows = _messages(target).filter(created_at__gt=since).exclude(text="").exclude(why=Why.DIGEST)
    found = list(rows.values_list("why", flat=True))
    return len([why for why in found if why != Why.MANY]), Why.MANY in found


def due(*, at: datetime) -> QuerySet[AlertMessage]:
    """Messages to send, the most urgent first; never of an alert that was closed meanwhile, nor
    of one that is not high while it is quiet for the recipient."""
    urgent = Case(
        When(alert__severity=routing.HIGH, then=0), default=1, output_field=IntegerField()
    )
    still = Q(alert=None) | Q(alert__closed_at=None)
    not_high = [severity for severity in RANKS if severity != routing.HIGH]
    rows = AlertMessage.objects.filter(still, due_at__lte=at)
    rows = rows.exclude(recipient__in=_quiet_ids(at), alert__severity__in=not_high)
    return rows.order_by(urgent, "due_at", "id")


def in_vain() -> QuerySet[AlertMessage]:
    """Messages that did not leave, whose alert is closed or whose recipient is told no more.

    Without joins, so that an update of them looks at the few that are due only.
    """
    closed = Alert.objects.filter(pk=OuterRef("alert_id"), closed_at__isnull=False)
    gone = AlertRecipient.objects.filter(pk=OuterRef("recipient_id"), is_active=False)
    waiting = AlertMessage.objects.filter(due_at__isnull=False, state=State.DUE)
    return waiting.filter(Exists(closed) | Exists(gone))


def next_moment() -> datetime | None:
    """When the next message is due; None: none waits."""
    waiting = AlertMessage.objects.filter(due_at__isnull=False)
    return waiting.aggregate(first=Min("due_at"))["first"]


def _quiet_ids(at: datetime) -> list[UUID]:
    """The recipients for whom it is quiet."""
    rows = AlertRecipient.objects.filter(quiet_from__isnull=False)
    return [
        row.pk
        for row in rows
        if is_quiet(at, quiet_from=row.quiet_from, quiet_until=row.quiet_until)
    ]


def _open(target: Target, *, at: datetime) -> QuerySet[Alert]:
    return Alert.objects.filter(
        closed_at=None, acknowledged_at=None, last_at__gte=target.since,
        severity__in=target.severities(at=at),
    )  # fmt: skip


def _untold(rows: QuerySet[Alert], target: Target, *, step: int) -> list[Untold]:
    """Without those that were told at this severity or a worse one; the worst first."""
    severities = dict(rows.order_by("first_at", "id").values_list("pk", "severity"))
    told = _told(target, list(severities), step=step)
    found = [
        Untold(alert_id=pk, severity=severity)
        for pk, severity in severities.items()
        if told.get(pk, NEVER) < RANKS[severity]
    ]
    return sorted(found, key=lambda each: -RANKS[each.severity])


def _told(target: Target, ids: Sequence[int], *, step: int) -> dict[int | None, int]:
    """How bad each alert was at its worst when the target was told of it at this step."""
    ranks = {routing.told_as(severity, step=step): rank for severity, rank in RANKS.items()}
    told: dict[int | None, int] = {}
    messages = _messages(target).filter(alert__in=ids)
    for pk, reference in messages.values_list("alert_id", "reference"):
        rank = ranks.get(routing.said_in(reference), NEVER)
        told[pk] = max(rank, told.get(pk, NEVER))
    return told


def _messages(target: Target) -> QuerySet[AlertMessage]:
    """Of one person by one channel, also to an address that they had before."""
    rows = AlertMessage.objects.filter(channel=target.channel)
    if target.recipient_id is None:
        return rows.filter(recipient=None, to=target.to)
    return rows.filter(recipient=target.recipient_id)
