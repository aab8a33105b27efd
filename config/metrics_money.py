"""Figures for /metrics: payouts, attempts, loans, unallocated money, floats."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery, Sum
from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from config.metrics_running import age_s
from core import clock
from disbursements.models import DisbursementRequest, DisbursementRetryLog, Tally
from disbursements.models.tally import NOT_LIVE
from disbursements.states import DisbursementStatus
from loans.models import LoanBooking, LoanTracking
from loans.queries.bookings import NOT_BOOKED
from loans.queries.bookings import OPEN as OPEN_BOOKINGS
from loans.states import BookingStatus, LoanStatus
from vault.models import BalanceReading, Payment, Wallet
from vault.states import PaymentStatus

COUNTED_MAX = 20_000
ATTEMPTS_SINCE = timedelta(minutes=5)
LIVE_PAYOUTS = [each for each in DisbursementStatus if each not in NOT_LIVE]
OPEN_LOANS = [each for each in LoanStatus if each != LoanStatus.DISBURSED]


def families(*, at: datetime) -> Iterator[Metric]:
    """How much stands where, at this moment."""
    yield from _payouts(at)
    yield _attempts(at)
    yield from _loans()
    yield from _unallocated(at)
    yield from _floats()


def counted(
    name: str, text: str, rows: QuerySet[Any], *, labels: Sequence[str], of: Sequence[str] = ()
) -> GaugeMetricFamily:
    """Rows by the values of these columns, at most COUNTED_MAX of them; `of`: named anyway."""
    found = Counter(rows.order_by().values_list(*labels)[:COUNTED_MAX])
    family = GaugeMetricFamily(name, text, labels=list(labels))
    for known in of:
        found.setdefault((known,), 0)
    for values, count in sorted(found.items()):
        family.add_metric([str(each) for each in values], count)
    return family


def _payouts(at: datetime) -> Iterator[Metric]:
    today = at.astimezone(clock.NAIROBI).date()
    live = Tally.objects.exclude(status__in=NOT_LIVE)
    yield from _tallied("vault_payouts", "Payouts that are not at their end, by status.",
                        live, of=LIVE_PAYOUTS)  # fmt: skip
    yield from _tallied("vault_payouts_today", "Payouts instructed today in Nairobi, by status.",
                        Tally.objects.filter(day=today), of=DisbursementStatus)  # fmt: skip
    needed = DisbursementRequest.objects.filter(person_needed_at__isnull=False)
    yield GaugeMetricFamily(
        "vault_payouts_need_a_person", f"At most {COUNTED_MAX} are counted.",
        value=needed[:COUNTED_MAX].count(),
    )  # fmt: skip
    unknown = DisbursementRequest.objects.filter(status=DisbursementStatus.UNKNOWN)
    oldest = unknown.order_by("status_at").values_list("status_at", flat=True).first()
    yield GaugeMetricFamily(
        "vault_payouts_oldest_unknown_seconds", "How long the longest unknown one is that.",
        value=age_s(oldest, at),
    )  # fmt: skip


def _tallied(
    name: str, text: str, rows: QuerySet[Tally], *, of: Sequence[str] | type[DisbursementStatus]
) -> Iterator[Metric]:
    counts: dict[str, int] = {str(status): 0 for status in of}
    money: dict[tuple[str, str], int] = {}
    lines = rows.order_by().values_list("status", "currency")
    for status, currency, payouts, minor in lines.annotate(Sum("count"), Sum("amount_minor")):
        counts[status] = counts.get(status, 0) + payouts
        money[status, currency] = minor
    family = GaugeMetricFamily(name, text, labels=["status"])
    for status, payouts in counts.items():
        family.add_metric([status], payouts)
    yield family
    amounts = GaugeMetricFamily(
        f"{name}_minor", f"{text} Their money, in minor units.", labels=["status", "currency"]
    )
    for (status, currency), minor in sorted(money.items()):
        amounts.add_metric([status, currency], minor)
    yield amounts


def _attempts(at: datetime) -> Metric:
    lately = DisbursementRetryLog.objects.filter(retry_timestamp__gt=at - ATTEMPTS_SINCE)
    return counted(
        "vault_attempts_recent", "Attempts that began within the last 5 minutes, by outcome; "
        f"at most {COUNTED_MAX} are counted.", lately, labels=["outcome"],
    )  # fmt: skip


def _loans() -> Iterator[Metric]:
    open_loans = LoanTracking.objects.filter(status__in=OPEN_LOANS)
    yield counted("vault_loans", "Loans that are not paid, by status.", open_loans,
                  labels=["status"], of=OPEN_LOANS)  # fmt: skip
    left = [*OPEN_BOOKINGS, *NOT_BOOKED]
    bookings = LoanBooking.objects.filter(status__in=left)
    yield counted("vault_loan_bookings", "Paid loans that are not booked in Mifos X, by status.",
                  bookings, labels=["status"],
                  of=[each for each in BookingStatus if each in left])  # fmt: skip


def _unallocated(at: datetime) -> Iterator[Metric]:
    rows = Payment.objects.filter(status=PaymentStatus.UNALLOCATED).order_by("received_at", "id")
    moments = list(rows.values_list("received_at", flat=True)[:COUNTED_MAX])
    yield GaugeMetricFamily("vault_payments_unallocated", "Payments that are nobody's yet.",
                            value=len(moments))  # fmt: skip
    yield GaugeMetricFamily(
        "vault_payments_oldest_unallocated_seconds", "Age of the oldest of them.",
        value=age_s(min(moments, default=None), at),
    )  # fmt: skip


def _floats() -> Iterator[Metric]:
    latest = BalanceReading.objects.filter(wallet=OuterRef("pk")).order_by("-read_at", "-id")
    rows = Wallet.objects.filter(
        shortcode__is_active=True, shortcode__partner__is_active=True,
        name__istartswith="utility",
    ).annotate(
        read_at=Subquery(latest.values("read_at")[:1]),
        minor=Subquery(latest.values("available_minor")[:1]),
    ).values_list("shortcode__number", "currency", "minor", "read_at",
                  "shortcode__low_float_minor")  # fmt: skip
    names = ["shortcode", "currency"]
    held = GaugeMetricFamily("vault_float_minor", "What each shortcode's utility wallet held, "
                             "in minor units.", labels=names)  # fmt: skip
    told = GaugeMetricFamily("vault_float_read_timestamp_seconds", "When that was told.",
                             labels=names)  # fmt: skip
    low = GaugeMetricFamily("vault_float_low_minor", "Below this there is an alert.",
                            labels=names)  # fmt: skip
    for number, currency, minor, read_at, low_minor in rows.order_by("shortcode__number"):
        low.add_metric([number, currency], low_minor)
        if read_at is not None:
            held.add_metric([number, currency], minor)
            told.add_metric([number, currency], read_at.timestamp())
    yield from (held, told, low)
