"""How rent goes, over days: prompts and transfers by outcome, money, times, reasons."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, TruncDate

from core import clock
from rents.models import Forward, ForwardPart
from rents.states import ForwardStatus
from vault.models import Payment, Prompt
from vault.states import PROMPT_OPEN, PromptStatus

FULL_BPS = 10_000
REASONS_MAX = 15
DAYS_MAX = 366
Partners = Collection[UUID] | None
WITHIN: tuple[tuple[str, timedelta | None], ...] = (
    ("5 minutes", timedelta(minutes=5)), ("1 hour", timedelta(hours=1)),
    ("24 hours", timedelta(hours=24)), ("7 days", timedelta(days=7)), ("longer", None),
)  # fmt: skip
ENDED = Q(status=ForwardStatus.COMPLETED) | Q(status=ForwardStatus.FAILED)


@dataclass(frozen=True, kw_only=True)
class Outcomes:
    """How many came to which end. `bps`: the share that went well of those that ended."""

    well: int
    badly: int
    open: int

    @property
    def bps(self) -> int | None:
        """Basis points; None where nothing ended."""
        ended = self.well + self.badly
        return FULL_BPS * self.well // ended if ended else None


@dataclass(frozen=True, kw_only=True)
class Money:
    """Of one currency, in minor units: received = fee + owed + what is not split yet."""

    currency: str
    payments: int
    received_minor: int
    fee_minor: int
    owed_minor: int
    forwarded_minor: int


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why something failed, in the provider's words, and how often."""

    code: str
    text: str
    count: int


@dataclass(frozen=True, kw_only=True)
class Day:
    """What was prompted, and what was handed to a payout, on one day in Nairobi."""

    day: date
    prompts: Outcomes
    forwards: Outcomes


@dataclass(frozen=True, kw_only=True)
class Overview:
    """`to_owner` is the average time from paid to forwarded; `within` counts rents by it."""

    prompts: Outcomes
    forwards: Outcomes
    money: Sequence[Money]
    to_owner: timedelta | None
    within: Sequence[tuple[str, int]]
    prompts_failed: Sequence[Reason]
    forwards_failed: Sequence[Reason]
    days: Sequence[Day]


def overview(*, partners: Partners, first_day: date, last_day: date) -> Overview:
    """Of what began on these days in Nairobi, both included; at most DAYS_MAX of them."""
    first_day = max(first_day, last_day - timedelta(days=DAYS_MAX - 1))
    begin, end = _midnight(first_day), _midnight(last_day + timedelta(days=1))
    prompts = _of(Prompt.objects.filter(created_at__gte=begin, created_at__lt=end), partners)
    forwards = _of(Forward.objects.filter(created_at__gte=begin, created_at__lt=end), partners)
    payments = _of(Payment.objects.filter(received_at__gte=begin, received_at__lt=end), partners)
    prompted, forwarded = _prompts_by_day(prompts), _forwards_by_day(forwards)
    to_owner, within = _times(payments)
    length = max((last_day - first_day).days + 1, 0)
    days = [first_day + timedelta(days=number) for number in range(length)]
    return Overview(
        prompts=_together(prompted.values()),
        forwards=_together(forwarded.values()),
        money=_money(payments),
        to_owner=to_owner,
        within=within,
        prompts_failed=_reasons(prompts.filter(status=PromptStatus.FAILED), "code", "text"),
        forwards_failed=_reasons(
            forwards.filter(status=ForwardStatus.FAILED), "disbursement__failure_code",
            "failure_text",
        ),
        days=[
            Day(day=day, prompts=prompted.get(day, NONE), forwards=forwarded.get(day, NONE))
            for day in days
        ],
    )  # fmt: skip


NONE = Outcomes(well=0, badly=0, open=0)


def _prompts_by_day(rows: QuerySet[Prompt]) -> dict[date, Outcomes]:
    """Expired ones ended without money."""
    return _by_day(
        rows,
        well=Q(status=PromptStatus.PAID),
        badly=Q(status__in=[PromptStatus.FAILED, PromptStatus.EXPIRED]),
        still=Q(status__in=sorted(PROMPT_OPEN)),
    )


def _forwards_by_day(rows: QuerySet[Forward]) -> dict[date, Outcomes]:
    return _by_day(
        rows,
        well=Q(status=ForwardStatus.COMPLETED),
        badly=Q(status=ForwardStatus.FAILED),
        still=Q(status=ForwardStatus.PROCESSING),
    )


def _by_day(rows: QuerySet[Any], *, well: Q, badly: Q, still: Q) -> dict[date, Outcomes]:
    lines = (
        rows.order_by()
        .values(day=TruncDate("created_at", tzinfo=clock.NAIROBI))
        .annotate(
            well=Count("pk", filter=well), badly=Count("pk", filter=badly),
            still=Count("pk", filter=still),
        )
    )  # fmt: skip
    return {
        line["day"]: Outcomes(well=line["well"], badly=line["badly"], open=line["still"])
        for line in lines
    }


def _together(some: Collection[Outcomes]) -> Outcomes:
    return Outcomes(
        well=sum(each.well for each in some),
        badly=sum(each.badly for each in some),
        open=sum(each.open for each in some),
    )


def _money(payments: QuerySet[Payment]) -> list[Money]:
    lines = payments.order_by().values("currency").annotate(
        payments=Count("pk"), received=Sum("amount_minor"),
        fee=Coalesce(Sum("fee_minor"), 0), owed=Coalesce(Sum("owed_minor"), 0),
    )  # fmt: skip
    arrived: Mapping[str, int] = dict(
        _arrived(payments)
        .order_by()
        .values_list("forward__currency")
        .annotate(total=Sum("amount_minor"))
    )
    return [
        Money(
            currency=line["currency"], payments=line["payments"],
            received_minor=int(line["received"]), fee_minor=int(line["fee"]),
            owed_minor=int(line["owed"]),
            forwarded_minor=int(arrived.get(line["currency"], 0)),
        )
        for line in lines.order_by("currency")
    ]  # fmt: skip


def _arrived(payments: QuerySet[Payment]) -> QuerySet[ForwardPart]:
    return ForwardPart.objects.filter(
        payment__in=payments.order_by().values("pk"),
        released_at=None,
        forward__status=ForwardStatus.COMPLETED,
    )


def _times(payments: QuerySet[Payment]) -> tuple[timedelta | None, list[tuple[str, int]]]:
    took = ExpressionWrapper(
        F("forward__completed_at") - F("payment__paid_at"), output_field=DurationField()
    )
    counts: dict[str, Any] = {}
    longer_than = Q()
    for number, (_, until) in enumerate(WITHIN):
        inside = longer_than if until is None else longer_than & Q(took__lte=until)
        counts[f"count_{number}"] = Count("pk", filter=inside)
        longer_than = Q() if until is None else Q(took__gt=until)
    rows = _arrived(payments).order_by().annotate(took=took)
    found = rows.aggregate(average=Avg("took"), **counts)
    return found["average"], [
        (label, found[f"count_{number}"]) for number, (label, _) in enumerate(WITHIN)
    ]


def _reasons(rows: QuerySet[Any], code: str, text: str) -> list[Reason]:
    lines = (
        rows.order_by()
        .values_list(code, text)
        .annotate(rows=Count("pk"))
        .order_by("-rows", code, text)[:REASONS_MAX]
    )
    return [Reason(code=each[0], text=each[1], count=each[2]) for each in lines]


def _of(rows: QuerySet[Any], partners: Partners) -> QuerySet[Any]:
    return rows if partners is None else rows.filter(partner_id__in=partners)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=clock.NAIROBI)
