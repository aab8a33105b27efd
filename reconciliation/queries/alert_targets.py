"""Reads: who is told of alerts, by which channel."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time
from uuid import UUID

from django.conf import settings

from core import clock
from gateways.interface import Channel
from reconciliation.models import AlertRecipient
from reconciliation.rules.quiet_hours import is_quiet
from reconciliation.rules.routing import HIGH, WINDOW, as_bad_as
from reconciliation.states import Severity

ADMIN_SINCE = 24 * WINDOW


@dataclass(frozen=True, kw_only=True)
class Target:
    """One person by one channel. `who` names them in references; `lowest` is what they are told
    of; what was not met since `since` was there before them."""

    who: str
    channel: Channel
    to: str = field(repr=False)
    recipient_id: UUID | None
    lowest: str
    step: int
    since: datetime
    quiet_from: time | None = None
    quiet_until: time | None = None

    def severities(self, *, at: datetime) -> list[str]:
        """Of which alerts they are told at this moment, in core's words."""
        if is_quiet(at, quiet_from=self.quiet_from, quiet_until=self.quiet_until):
            return [HIGH]
        return as_bad_as(self.lowest)


def targets(*, at: datetime) -> list[Target]:
    """Everybody who is told; nobody is on the list: who the settings name, of high ones."""
    rows = AlertRecipient.objects.filter(is_active=True).order_by("step", "name", "id")
    found = [target for row in rows for target in _of_recipient(row)]
    return found if found or rows else list(_admins(at))


def digest_targets(*, at: datetime) -> list[Target]:
    """Everybody who gets the daily digest, by email."""
    rows = list(AlertRecipient.objects.filter(is_active=True).order_by("name", "id"))
    if not rows:
        return [each for each in _admins(at) if each.channel is Channel.EMAIL]
    wanted = [row for row in rows if row.gets_digest and row.email]
    return [target for row in wanted for target in _of_recipient(row) if _is_email(target)]


def told_instead() -> str:
    """Who is told where nobody is on the list."""
    known = {"ADMIN_EMAIL": settings.ADMIN_EMAIL, "ADMIN_PHONE": settings.ADMIN_PHONE}
    named = " and ".join(name for name, addresses in known.items() if addresses)
    if not named:
        return "Nobody is told of alerts: add a recipient, or set ADMIN_EMAIL or ADMIN_PHONE."
    return f"Nobody is on the list: who {named} names is told of high ones."


def _is_email(target: Target) -> bool:
    return target.channel is Channel.EMAIL


def _of_recipient(row: AlertRecipient) -> Iterator[Target]:
    ways = [
        (Channel.EMAIL, row.email, row.from_severity),
        (Channel.SMS, row.phone, row.sms_from_severity),
    ]
    for channel, to, lowest in ways:
        if to:
            yield Target(
                who=str(row.pk), channel=channel, to=to, recipient_id=row.pk, lowest=lowest,
                step=row.step, since=row.created_at, quiet_from=row.quiet_from,
                quiet_until=row.quiet_until,
            )  # fmt: skip


def _admins(at: datetime) -> Iterator[Target]:
    ways = [(Channel.EMAIL, settings.ADMIN_EMAIL), (Channel.SMS, settings.ADMIN_PHONE)]
    for channel, addresses in ways:
        for to in addresses:
            digest = hashlib.sha256(to.encode()).hexdigest()[:16]
            yield Target(
                who=f"admin-{digest}", channel=channel, to=to, recipient_id=None,
                lowest=Severity.HIGH, step=0, since=at - clock.scaled(ADMIN_SINCE),
            )  # fmt: skip
