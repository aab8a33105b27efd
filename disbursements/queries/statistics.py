"""Figures of many payouts, exact at this moment, from the tallies and never from the rows.

Everywhere: `partners` None is all of them; days are Nairobi's days of the instruction, both
included; money is in minor units. Successful is completed; with retries is sent more than once.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Max, Min, OuterRef, Q, QuerySet, Subquery, Sum

from core import clock
from disbursements.models import CodeTally, DisbursementRequest, DisbursementRetryLog, Tally
from disbursements.models.tally import CODES_LEFT_OUT, LONGER, PAID_WITHIN_MINUTES
from disbursements.queries.figures import (
    Bucket,
    Cause,
    Code,
    Day,
    Money,
    Overview,
    Share,
    Sighting,
)
from disbursements.queries.tallied import (
    COUNT,
    MONEY,
    between,
    grouped,
    newest_of_codes,
    per_status,
    rows_of,
    tallies_of,
)
from disbursements.states import DisbursementStatus
from vault.models import Partner, Shortcode

__all__ = [
    "Bucket", "Cause", "Code", "Day", "Money", "Overview", "Share", "Sighting",
    "code_sightings", "overview", "per_code", "per_day", "per_partner", "per_shortcode",
    "time_to_paid",
]  # fmt: skip

S = DisbursementStatus
BUCKET_LABELS = ("1 minute", "5 minutes", "15 minutes", "1 hour", "1 day", "longer")


def overview(
    *,
    partners: Collection[UUID] | None,
    first_day: date,
    last_day: date,
    shortcode_id: UUID | None = None,
) -> Overview:
    """The cards of the desk."""
    tallies = tallies_of(partners, shortcode_id)
    lines = list(
        between(tallies, first_day, last_day)
        .values("status", "currency")
        .annotate(
            payouts=COUNT, amount=MONEY,
            retried=Sum("count", default=0, filter=Q(is_retried=True)),
        )
        .order_by("-amount", "status", "currency")
    )  # fmt: skip
    money = [
        Money(
            status=line["status"], currency=line["currency"], count=line["payouts"],
            amount_minor=line["amount"],
        )
        for line in lines
        if line["payouts"]
    ]  # fmt: skip
    today = clock.now().astimezone(clock.NAIROBI).date()
    todays = per_status(between(tallies, today, today))
    live = per_status(tallies.filter(status__in=[S.RETRYING, S.UNKNOWN]))
    return Overview(
        total=sum(line.count for line in money),
        successful=sum(line.count for line in money if line.status == S.COMPLETED),
        failed=sum(line.count for line in money if line.status == S.FAILED),
        with_retries=sum(line["retried"] for line in lines),
        money=money,
        today=sum(todays.values()),
        today_successful=todays.get(S.COMPLETED, 0),
        today_failed=todays.get(S.FAILED, 0),
        waiting=live.get(S.RETRYING, 0),
        waiting_next_at=_next_retry_at(partners, shortcode_id),
        unknown=live.get(S.UNKNOWN, 0),
        unknown_oldest_at=rows_of(partners, shortcode_id)
        .filter(status=S.UNKNOWN)
        .aggregate(at=Min("status_at"))["at"],
        person=rows_of(partners, shortcode_id).filter(person_needed_at__isnull=False).count(),
        parked=_parked(tallies),
    )


def per_day(
    *,
    partners: Collection[UUID] | None,
    first_day: date,
    last_day: date,
    shortcode_id: UUID | None = None,
) -> list[Day]:
    """Every day of the range, also those on which nothing was instructed, oldest first."""
    completed, failed = Q(status=S.COMPLETED), Q(status=S.FAILED)
    lines = (
        between(tallies_of(partners, shortcode_id), first_day, last_day)
        .values("day")
        .annotate(
            instructed=COUNT,
            paid_first_try=Sum("count", default=0, filter=completed & Q(is_retried=False)),
            paid_after_retry=Sum("count", default=0, filter=completed & Q(is_retried=True)),
            failed=Sum("count", default=0, filter=failed),
        )
        .order_by("day")
    )
    found = {line["day"]: Day(**line) for line in lines}
    span = (last_day - first_day).days + 1
    days = [first_day + timedelta(days=number) for number in range(span)]
    none = {"instructed": 0, "paid_first_try": 0, "paid_after_retry": 0, "failed": 0}
    return [found.get(day) or Day(day=day, **none) for day in days]


def per_code(
    *,
    partners: Collection[UUID] | None,
    first_day: date,
    last_day: date,
    shortcode_id: UUID | None = None,
) -> list[Code]:
    """Result codes that payouts stand with, the most frequent first.

    What failed without a code counts under an empty one, so that the failed add up.
    """
    lines = (
        between(tallies_of(partners, shortcode_id), first_day, last_day)
        .exclude(~Q(status=S.FAILED), failure_code="")
        .values("failure_code", "currency")
        .annotate(
            newest_day=Max("day", filter=Q(count__gt=0)),
            payouts=COUNT,
            failed=Sum("count", default=0, filter=Q(status=S.FAILED)),
            amount=MONEY,
        )
        .order_by("failure_code", "currency")
    )
    groups = grouped(lines, "failure_code")
    newest_days = {code: max(line["newest_day"] for line in group)
                   for code, group in groups.items() if code}  # fmt: skip
    newest = newest_of_codes(newest_days, partners=partners, shortcode_id=shortcode_id,
                             first_day=first_day)  # fmt: skip
    codes = [
        Code(
            code=code,
            count=sum(line["payouts"] for line in group),
            failed=sum(line["failed"] for line in group),
            totals={line["currency"]: line["amount"] for line in group},
            last_at=newest.get(code),
        )
        for code, group in groups.items()
    ]
    return sorted(codes, key=lambda code: (-code.count, code.code))


def per_partner(
    *,
    partners: Collection[UUID] | None,
    first_day: date,
    last_day: date,
    shortcode_id: UUID | None = None,
) -> list[Share]:
    """Each partner's part, the largest first."""
    tallies = between(tallies_of(partners, shortcode_id), first_day, last_day)
    return _shares(tallies, "partner_id", dict(Partner.objects.values_list("pk", "name")))


def per_shortcode(
    *,
    partners: Collection[UUID] | None,
    first_day: date,
    last_day: date,
    shortcode_id: UUID | None = None,
) -> list[Share]:
    """Each shortcode's part, the largest first; its name is its number."""
    tallies = between(tallies_of(partners, shortcode_id), first_day, last_day)
    return _shares(tallies, "shortcode_id", dict(Shortcode.objects.values_list("pk", "number")))


def time_to_paid(
    *,
    partners: Collection[UUID] | None,
    first_day: date,
    last_day: date,
    shortcode_id: UUID | None = None,
) -> list[Bucket]:
    """How long the completed ones took, the quickest first; all buckets, also empty ones."""
    lines = (
        between(tallies_of(partners, shortcode_id), first_day, last_day)
        .filter(status=S.COMPLETED)
        .values("paid_within")
        .annotate(payouts=COUNT)
    )
    counts = {line["paid_within"]: line["payouts"] for line in lines}
    half, below, buckets = (sum(counts.values()) + 1) // 2, 0, []
    for number, label in enumerate(BUCKET_LABELS, start=1):
        count = counts.get(number, 0)
        buckets.append(
            Bucket(
                label=label,
                minutes=None if number == LONGER else PAID_WITHIN_MINUTES[number - 1],
                count=count,
                has_median=below < half <= below + count,
            )
        )
        below += count
    return buckets


def code_sightings() -> list[Sighting]:
    """Every code that attempts carry, of all partners and any day; not that of success."""
    newest = (
        DisbursementRetryLog.objects.filter(mpesa_response_code=OuterRef("code"))
        .exclude(mpesa_response_code__in=CODES_LEFT_OUT)  # as the index attempt_by_code
        .order_by("-retry_timestamp")
        .values("retry_timestamp")[:1]
    )
    lines = (
        CodeTally.objects.order_by("code")
        .values("code")
        .annotate(attempts=Sum("count"), last_at=Subquery(newest))
    )
    return [
        Sighting(code=line["code"], count=line["attempts"], last_at=line["last_at"])
        for line in lines
        if line["attempts"] and line["last_at"]
    ]


def _parked(tallies: QuerySet[Tally]) -> list[Cause]:
    lines = (
        tallies.filter(status=S.PARKED)
        .values("parked_cause", "currency")
        .annotate(payouts=COUNT, amount=MONEY)
        .order_by("parked_cause", "currency")
    )
    causes = [
        Cause(
            cause=cause,
            count=sum(line["payouts"] for line in group),
            totals={line["currency"]: line["amount"] for line in group},
        )
        for cause, group in grouped(lines, "parked_cause").items()
    ]
    return sorted(causes, key=lambda cause: -cause.count)


def _shares(tallies: QuerySet[Tally], column: str, names: Mapping[UUID, str]) -> list[Share]:
    lines = (
        tallies.values(column, "currency")
        .annotate(
            payouts=COUNT,
            successful=Sum("count", default=0, filter=Q(status=S.COMPLETED)),
            failed=Sum("count", default=0, filter=Q(status=S.FAILED)),
            amount=MONEY,
        )
        .order_by("currency")
    )
    shares = [
        Share(
            id=pk,
            name=names.get(pk, str(pk)),
            count=sum(line["payouts"] for line in group),
            successful=sum(line["successful"] for line in group),
            failed=sum(line["failed"] for line in group),
            totals={line["currency"]: line["amount"] for line in group},
        )
        for pk, group in grouped(lines, column).items()
    ]
    return sorted(shares, key=lambda share: (-share.count, share.name))


def _next_retry_at(
    partners: Collection[UUID] | None, shortcode_id: UUID | None
) -> datetime | None:
    """The earliest of each shortcode's earliest: each by the index that the sender uses."""
    shortcodes = Shortcode.objects.order_by()
    if partners is not None:
        shortcodes = shortcodes.filter(partner_id__in=partners)
    if shortcode_id is not None:
        shortcodes = shortcodes.filter(pk=shortcode_id)
    waiting = DisbursementRequest.objects.filter(shortcode=OuterRef("pk"), status=S.RETRYING)
    earliest = waiting.order_by("next_retry_at").values("next_retry_at")[:1]
    moments = shortcodes.annotate(next_at=Subquery(earliest)).values_list("next_at", flat=True)
    return min((moment for moment in moments if moment), default=None)
