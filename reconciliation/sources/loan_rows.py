"""What we have on record of loans, their payouts and bookings, and what Mifos X said, many at
once."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import F, Window
from django.db.models.functions import RowNumber

from core import clock, masking, money
from core.ids import uuids_of
from disbursements.models import DisbursementRequest
from disbursements.queries.of_origin import PAID
from gateways.models import Call
from loans.models import LoanBooking, LoanProposal, LoanTracking, MifosConnection, ProposalKind
from loans.operations.book import KIND as BOOKING_CALL
from loans.operations.reach_mifos import KIND as LOAN_CALL
from loans.queries.payouts import ORIGIN, cycle_of, origin_ids
from loans.states import ProposalStatus
from reconciliation.sources.payout_rows import shown_amount

CALLS_MAX = 20


@dataclass(frozen=True, kw_only=True)
class Lent:
    """A loan with all of its cycles. `agreed`: cycles after which two persons had it paid again.

    `calls`: the latest ones about it, oldest first. `time_zone` is that of its Mifos X.
    """

    row: LoanTracking
    payouts: Sequence[DisbursementRequest]
    bookings: Sequence[LoanBooking]
    agreed: frozenset[int]
    calls: Sequence[Call]
    time_zone: str

    @property
    def id(self) -> str:
        return str(self.row.pk)

    @property
    def booking(self) -> LoanBooking | None:
        """Of the present cycle."""
        return next((each for each in self.bookings if each.cycle == self.row.cycle), None)

    @property
    def payout(self) -> DisbursementRequest | None:
        """Of the present cycle: the one that paid, else the one that replaced all others."""
        rows = self.payouts_of(self.row.cycle)
        replaced = {row.corrects_id for row in rows}
        paid = [row for row in rows if row.status in PAID]
        latest = [row for row in rows if row.pk not in replaced]
        return next(reversed(paid or latest), None)

    def payouts_of(self, cycle: int) -> list[DisbursementRequest]:
        """Of one cycle, oldest first."""
        return [row for row in self.payouts if cycle_of(row)[1] == cycle]

    def payout_of(self, booking: LoanBooking) -> DisbursementRequest | None:
        """What the booking tells Mifos X of."""
        return next((row for row in self.payouts if row.pk == booking.disbursement_id), None)


def load(ids: Sequence[str]) -> dict[str, Lent]:
    """Those of these loans that there are, by the id of their tracking."""
    wanted = uuids_of(ids)
    found = LoanTracking.objects.filter(pk__in=wanted).select_related("partner")
    rows = {str(row.pk): row for row in found}
    if not rows:
        return {}
    payouts = _payouts(rows.values())
    bookings = _bookings(rows.values())
    agreed = _agreed(rows.values())
    calls = _calls(rows)
    zones = _time_zones(rows.values())
    return {
        loan_id: Lent(
            row=row, payouts=payouts.get(row.pk, ()), bookings=bookings.get(row.pk, ()),
            agreed=frozenset(agreed.get(row.pk, ())), calls=calls.get(loan_id, ()),
            time_zone=zones.get(row.partner_id, str(clock.NAIROBI)),
        )
        for loan_id, row in rows.items()
    }  # fmt: skip


def details(loan: Lent, *, kind: str) -> Mapping[str, object]:
    """What people know it by, as the documented result shows it."""
    row, payout = loan.row, loan.payout
    return {
        "client": masking.without_phones(row.client_name),
        "psychologist": row.partner.name,
        "amount": shown_amount(row.net_minor, row.currency),
        "transactionId": (payout.receipt or "") if payout else "",
        "kind": kind,
        "reference": row.account_no or str(row.loan_id),
        "currency": row.currency,
        "partner": row.partner.name,
        "status": row.status,
        "loanId": row.loan_id,
    }


def title(row: LoanTracking) -> str:
    """`Loan 7, KES 9,500.00, disbursed`."""
    return f"Loan {row.loan_id}, {money.shown(row.net_minor, row.currency)}, {row.status}"


def _payouts(rows: Iterable[LoanTracking]) -> dict[UUID, list[DisbursementRequest]]:
    named = [each for row in rows for each in origin_ids(row)]
    payouts = DisbursementRequest.objects.filter(origin=ORIGIN, origin_id__in=named)
    found: dict[UUID, list[DisbursementRequest]] = {}
    for payout in payouts.order_by("created_at", "id"):
        found.setdefault(cycle_of(payout)[0], []).append(payout)
    return found


def _bookings(rows: Collection[LoanTracking]) -> dict[UUID, list[LoanBooking]]:
    found: dict[UUID, list[LoanBooking]] = {}
    for booking in LoanBooking.objects.filter(loan__in=rows).order_by("cycle"):
        found.setdefault(booking.loan_id, []).append(booking)
    return found


def _agreed(rows: Collection[LoanTracking]) -> dict[UUID, set[int]]:
    proposals = LoanProposal.objects.filter(
        loan__in=rows, kind=ProposalKind.PAY_AGAIN, status=ProposalStatus.APPROVED
    )
    found: dict[UUID, set[int]] = {}
    for loan_id, cycle in proposals.values_list("loan_id", "booking__cycle"):
        found.setdefault(loan_id, set()).add(cycle)
    return found


def _calls(ids: Collection[str]) -> dict[str, list[Call]]:
    place = Window(RowNumber(), partition_by=F("subject_id"), order_by=F("id").desc())
    calls = Call.objects.filter(subject_id__in=ids, kind__in=(LOAN_CALL, BOOKING_CALL))
    found: dict[str, list[Call]] = {}
    for call in calls.annotate(place=place).filter(place__lte=CALLS_MAX).order_by("id"):
        found.setdefault(call.subject_id, []).append(call)
    return found


def _time_zones(rows: Iterable[LoanTracking]) -> dict[UUID, str]:
    found = MifosConnection.objects.filter(partner__in={row.partner_id for row in rows})
    return dict(found.values_list("partner_id", "time_zone"))
