"""Loans, bookings, proposals and syncs as the serializers of answers.py have them."""

from collections.abc import Mapping, Sequence
from typing import Any

from core import money
from core.admin.record import Event
from core.callers import Caller
from disbursements.api.amounts import in_units
from disbursements.api.answers import without_phones
from disbursements.models import DisbursementRequest
from loans.api.answers import LoanDetailSerializer, LoanProposalSerializer, LoanSerializer
from loans.models import LoanBooking, LoanProposal, LoanTracking
from loans.queries.beside import present_bookings
from loans.queries.timeline import MIFOS, timeline
from loans.rules.booking_words import explain
from loans.rules.holds import HOLDS
from loans.states import BookingStatus, LoanStatus

SEE_PHONES = "disbursements.see_phones"
# Names of loans.rules.facts.COMPARED, and those of a loan in an answer.
FIELDS = {
    "msisdn": "msisdn", "net_minor": "netAmount", "gross_minor": "grossAmount",
    "currency": "currency", "client_id": "clientId", "product_id": "productId",
    "approved_on": "approvedOn", "several_disbursals": "severalDisbursals",
}  # fmt: skip
AMOUNTS = frozenset({"net_minor", "gross_minor"})
EXPLAINED = frozenset({BookingStatus.REFUSED, BookingStatus.UNDONE})


def described(rows: Sequence[LoanTracking], *, caller: Caller) -> list[dict[str, Any]]:
    """Each as LoanSerializer answers it; as many queries for one and many."""
    bookings = present_bookings(rows)
    content = [_loan(row, bookings.get(row.pk), caller) for row in rows]
    return _said(LoanSerializer, content, caller)


def in_full(row: LoanTracking, *, caller: Caller) -> dict[str, Any]:
    """One with everything that is known of it."""
    may_see = caller.may(SEE_PHONES)
    bookings = list(LoanBooking.objects.filter(loan=row).order_by("cycle"))
    present = next((booking for booking in bookings if booking.cycle == row.cycle), None)
    proposals = LoanProposal.objects.filter(loan=row).order_by("created_at", "id")
    content = {
        **_loan(row, present, caller),
        "differences": [_difference(row, each) for each in row.differences],
        "bookings": [_booking(booking) for booking in bookings],
        "proposals": [_proposal(proposal) for proposal in proposals],
        "timeline": [_event(event) for event in timeline(row, may_see_phones=may_see)],
    }
    [said] = _said(LoanDetailSerializer, [content], caller)
    return said


def proposal_said(row: LoanProposal, *, caller: Caller) -> dict[str, Any]:
    """One proposal."""
    [said] = _said(LoanProposalSerializer, [_proposal(row)], caller)
    return said


def _said(serializer: Any, content: list[dict[str, Any]], caller: Caller) -> list[dict[str, Any]]:
    found = [dict(each) for each in serializer(content, many=True).data]
    return found if caller.may(SEE_PHONES) else [without_phones(each) for each in found]


def _loan(row: LoanTracking, booking: LoanBooking | None, caller: Caller) -> dict[str, Any]:
    hold = HOLDS.get(row.held_code) if row.status == LoanStatus.HELD else None
    text = row.held_text or (hold.text if hold else "")
    return {
        "id": row.pk, "loanId": row.loan_id, "accountNo": row.account_no or None,
        "partner": row.partner, "status": row.status,
        "statusMeaning": row.MACHINE.meanings[row.status], "statusAt": row.status_at,
        "heldCode": row.held_code or None, "reason": text or None,
        "whatToDo": hold.what_to_do if hold else None,
        "releasable": hold is not None and hold.releasable, "cycle": row.cycle,
        **_facts(row, may_see=caller.may(SEE_PHONES)),
        "releasedAt": row.released_at, "mifosStatus": row.mifos_status, "seenAt": row.seen_at,
        "createdAt": row.created_at,
        "disbursement": _payout(row.disbursement) if row.disbursement else None,
        "booking": _booking(booking) if booking else None,
    }  # fmt: skip


def _facts(row: LoanTracking, *, may_see: bool) -> dict[str, Any]:
    """What Mifos X says. A phone as a person wrote it has no form that could be masked."""
    return {
        "productId": row.product_id, "productName": row.product_name or None,
        "clientId": row.client_id, "clientName": row.client_name or None,
        "phoneAsWritten": (row.phone_as_written or None) if may_see else None,
        "msisdn": row.msisdn or None,
        "netAmount": _amount(row.net_minor, row.currency),
        "grossAmount": _amount(row.gross_minor, row.currency), "currency": row.currency,
        "approvedOn": row.approved_on, "expectedOn": row.expected_on,
        "severalDisbursals": row.several_disbursals,
    }  # fmt: skip


def _payout(row: DisbursementRequest) -> dict[str, Any]:
    return {
        "id": row.pk, "clientReference": row.client_reference, "status": row.status,
        "statusMeaning": row.MACHINE.meanings[row.status], "receipt": row.receipt or None,
        "completedAt": row.completed_at, "failureCode": row.failure_code or None,
        "failureText": row.failure_text or None,
    }  # fmt: skip


def _booking(row: LoanBooking) -> dict[str, Any]:
    told = explain(row.code) if row.status in EXPLAINED else None
    return {
        "id": row.pk, "cycle": row.cycle, "status": row.status,
        "statusMeaning": row.MACHINE.meanings[row.status], "statusAt": row.status_at,
        "receipt": row.receipt, "paidAt": row.paid_at,
        "grossAmount": in_units(row.gross_minor, row.currency), "externalId": row.external_id,
        "transactionId": row.transaction_id, "commandId": row.command_id,
        "code": row.code or None, "text": row.text or None,
        "meaning": told.what if told else None, "whatToDo": told.what_to_do if told else None,
        "tries": row.tries, "dueAt": row.due_at, "bookedAt": row.booked_at,
    }  # fmt: skip


def _proposal(row: LoanProposal) -> dict[str, Any]:
    return {
        "id": row.pk, "loan": row.loan_id, "booking": row.booking_id, "kind": row.kind,
        "status": row.status, "statusMeaning": row.MACHINE.meanings[row.status],
        "statusAt": row.status_at, "reason": row.reason, "proposedBy": row.proposed_by,
        "decidedBy": row.decided_by or None,
        "decidedBecause": row.decided_because or None, "createdAt": row.created_at,
    }  # fmt: skip


def _difference(row: LoanTracking, each: Mapping[str, Any]) -> dict[str, Any]:
    name = each["field"]
    return {
        "field": FIELDS.get(name, name),
        "tracked": _value(row, name, each["tracked"]),
        "now": _value(row, name, each["now"]),
    }


def _value(row: LoanTracking, name: str, value: Any) -> Any:
    return _amount(value, row.currency) if name in AMOUNTS and value is not None else value


def _amount(amount_minor: int, currency: str) -> int | float | None:
    return in_units(amount_minor, currency) if currency in money.DECIMALS else None


def _event(event: Event) -> dict[str, Any]:
    side, _, source = event.source.partition(": ")
    return {
        "at": event.at, "side": "mifos" if side == MIFOS else "mpesa", "source": source,
        "title": event.title, "text": event.text, "actor": event.actor,
    }  # fmt: skip
