"""Route alerts: write down, once each, what somebody is to be told. Nothing is sent here.

It reads the table of alerts, so whatever raises one is routed, never waits for it, and is found
again by the next run if this one dies.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from core import clock
from core.locks import try_transaction_lock
from core.models import Alert
from gateways.interface import Channel
from reconciliation.models import AlertMessage
from reconciliation.queries import untold as reads
from reconciliation.queries.alert_targets import Target, targets
from reconciliation.rules import alert_words, routing
from reconciliation.rules.alert_words import Facts
from reconciliation.rules.routing import Untold
from reconciliation.rules.severities import of_alert

LOCK = "route_alerts"
IN_SUM = "Told in one message with many others"
BATCH = 1000
Why = AlertMessage.Why


def route_alerts(*, at: datetime) -> int:
    """Tell of what opened or got worse; how many messages were written down."""
    with transaction.atomic():
        if not try_transaction_lock(LOCK):
            return 0
        first = [target for target in targets(at=at) if target.step == 0]
        return sum(tell(target, reads.to_tell(target, at=at), at=at) for target in first)


def tell(target: Target, untold: Sequence[Untold], *, at: datetime) -> int:
    """Write down messages of these alerts: so many one by one, then one of all the others.

    The caller holds LOCK. How many were written down.
    """
    if not untold:
        return 0
    since = at - clock.scaled(routing.WINDOW)
    made, has_sum = reads.made_lately(target, since=since)
    plan = routing.plan(untold, made=made, has_sum=has_sum)
    messages = _singly(target, plan.singly, at)
    if plan.in_sum:
        messages.append(_sum(target, plan.in_sum, at))
        _note_in_sum(target, plan.in_sum, at)
    AlertMessage.objects.bulk_create(messages, ignore_conflicts=True)
    return len(messages)


def page_of(name: str, *arguments: object) -> str:
    """The full address of a page of the desk."""
    return f"{settings.VAULT_PUBLIC_URL}{reverse(f'admin:{name}', args=arguments)}"


def facts_of(row: Alert, *, step: int = 0, is_worse: bool = False) -> Facts:
    """What messages tell of an alert."""
    about = row.details.get("about") if isinstance(row.details, dict) else None
    return Facts(
        kind=row.kind, about=about if isinstance(about, str) else row.key,
        severity=of_alert(row.severity).value, text=row.text, count=row.count,
        first_at=row.first_at, last_at=row.last_at, step=step, is_worse=is_worse,
        url=page_of("core_alert_change", row.pk),
    )  # fmt: skip


def _singly(target: Target, told: Sequence[Untold], at: datetime) -> list[AlertMessage]:
    rows = Alert.objects.in_bulk([each.alert_id for each in told])
    milder = set() if target.step else reads.told_before(target, list(rows))
    found = []
    for each in told:
        is_worse = each.alert_id in milder
        facts = facts_of(rows[each.alert_id], step=target.step, is_worse=is_worse)
        message = _about(target, each, why=_why(target, is_worse=is_worse), at=at)
        message.subject, message.text = _worded(
            target, alert_words.email(facts), alert_words.sms(facts)
        )
        message.due_at = at
        found.append(message)
    return found


def _why(target: Target, *, is_worse: bool) -> str:
    if target.step:
        return Why.ESCALATED
    return Why.WORSE if is_worse else Why.OPENED


def _sum(target: Target, told: Sequence[Untold], at: datetime) -> AlertMessage:
    counts = Counter(of_alert(each.severity).value for each in told)
    url = page_of("core_alert_changelist")
    subject, text = _worded(
        target, alert_words.many_email(counts, url=url), alert_words.many_sms(counts, url=url)
    )
    return AlertMessage(
        recipient_id=target.recipient_id, channel=target.channel, to=target.to, why=Why.MANY,
        reference=f"many:{at:%Y%m%dT%H%M%S}:{target.who}:{target.channel}",
        subject=subject, text=text, due_at=at, created_at=at,
    )  # fmt: skip


def _note_in_sum(target: Target, told: Iterable[Untold], at: datetime) -> None:
    """Each is told, and by which message; so it is not told again in the next hour."""
    rows = []
    for each in told:
        row = _about(target, each, why=_why(target, is_worse=False), at=at)
        row.state, row.problem = AlertMessage.State.GIVEN_UP, IN_SUM
        rows.append(row)
    AlertMessage.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)


def _about(target: Target, each: Untold, *, why: str, at: datetime) -> AlertMessage:
    return AlertMessage(
        alert_id=each.alert_id, recipient_id=target.recipient_id, channel=target.channel,
        to=target.to, why=why, created_at=at,
        reference=routing.reference(
            each.alert_id, severity=each.severity, step=target.step, who=target.who,
            channel=target.channel,
        ),
    )  # fmt: skip


def _worded(target: Target, by_email: tuple[str, str], by_sms: str) -> tuple[str, str]:
    return by_email if target.channel is Channel.EMAIL else ("", by_sms)
