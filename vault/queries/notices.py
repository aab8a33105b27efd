"""Reads about notices: what nobody was told of yet, what is due, and what is switched on."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import (
    Case,
    CharField,
    Exists,
    F,
    IntegerField,
    Min,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, Concat

from core import clock
from gateways import inbox, registry
from gateways.interface import Channel
from vault.models import Notice, NoticeKind, NoticeSetting, Payment, TenantPhone
from vault.rules.notifying import USELESS_AFTER
from vault.states import PaymentStatus

REPORT_KIND = "delivery"
SINCE = {Channel.SMS: "sms_since", Channel.EMAIL: "email_since"}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A kind that a partner sends over a channel: of what happens from `since` on."""

    partner_id: UUID
    kind: NoticeKind
    channel: Channel
    since: datetime

    def reference(self, *of: object) -> str:
        """The name under which one notice is made once."""
        return ":".join([self.kind, *(str(each) for each in of), self.channel])


def wanted(*kinds: NoticeKind, at: datetime) -> Iterator[Wanted]:
    """What is switched on of these kinds. Nothing older than USELESS_AFTER is told any more."""
    rows = NoticeSetting.objects.filter(kind__in=kinds, partner__is_active=True)
    for row in rows.order_by("pk"):
        for channel, column in SINCE.items():
            since = getattr(row, column)
            if since is not None:
                earliest = at - clock.scaled(USELESS_AFTER)
                yield Wanted(
                    partner_id=row.partner_id, kind=NoticeKind(row.kind), channel=channel,
                    since=max(since, earliest),
                )  # fmt: skip


def tenants_not_told(want: Wanted) -> QuerySet[Payment]:
    """Allocated payments of which the tenant, who can be reached, was not told. `to` says where.

    An SMS goes to the phone that paid, where it is the tenant's, else to their first.
    """
    rows = _allocated(want).filter(tenant__isnull=False)
    if want.channel is Channel.EMAIL:
        rows = rows.exclude(tenant__email="").annotate(to=F("tenant__email"))
    else:
        paid_with = Case(
            When(msisdn=OuterRef("payer_phone"), then=0), default=1, output_field=IntegerField()
        )
        theirs = TenantPhone.objects.filter(tenant=OuterRef("tenant"))
        theirs = theirs.annotate(paid_with=paid_with).order_by("paid_with", "pk")
        rows = rows.annotate(to=Subquery(theirs.values("msisdn")[:1])).filter(to__isnull=False)
    return not_told(rows, want, "pk", "tenant_id")


def owners_not_told(want: Wanted) -> QuerySet[Payment]:
    """The same of the owner."""
    column = "owner__email" if want.channel is Channel.EMAIL else "owner__phone"
    rows = _allocated(want).exclude(**{column: ""}).annotate(to=F(column))
    return not_told(rows, want, "pk", "owner_id")


def due(*, at: datetime) -> QuerySet[Notice]:
    """Notices to send, due the longest first."""
    return Notice.objects.filter(due_at__lte=at).order_by("due_at", "id")


def next_moment() -> datetime | None:
    """When the next notice is due; None: none waits."""
    return Notice.objects.filter(due_at__isnull=False).aggregate(first=Min("due_at"))["first"]


def _allocated(want: Wanted) -> QuerySet[Payment]:
    return (
        Payment.objects.filter(
            partner_id=want.partner_id,
            status=PaymentStatus.ALLOCATED,
            status_at__gte=want.since,
        )
        .select_related("partner", "property", "tenant", "owner")
        .order_by("status_at", "id")
    )


def not_told(rows: QuerySet, want: Wanted, *columns: str) -> QuerySet:
    """Those of the rows whose notice, named by these columns, is not written down."""
    parts: list[Value | Cast] = [Value(f"{want.kind}:")]
    for column in columns:
        parts += [Cast(column, CharField()), Value(":")]
    reference = Concat(*parts, Value(want.channel.value), output_field=CharField())
    told = Notice.objects.filter(reference=OuterRef("notice_reference"))
    return rows.annotate(notice_reference=reference).filter(~Exists(told))


def report_address() -> str:
    """Where the SMS provider is to post its delivery reports: the same every time."""
    provider = registry.notifies_by(Channel.SMS)
    secret = inbox.standing_secret(provider=provider, kind=REPORT_KIND, subject="reports")
    return inbox.callback_url(provider=provider, kind=REPORT_KIND, secret=secret)
