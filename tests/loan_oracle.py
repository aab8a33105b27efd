"""The simulated M-Pesa's and Mifos X's own books against our loans: what does not fit.

M-Pesa's book knows a loan by what the payout says of it ("Loan 17"); which lender's it is, the
shortcode tells. Nothing here asks how we came to what we believe.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from config.books import breaks
from gateways.simulator import Move
from loans.models import LoanBooking, LoanProposal, LoanTracking, MifosConnection
from loans.states import BookingStatus, LoanStatus
from tests.lending import USERNAME, control, lent
from tests.wire import Wire
from vault.models import Shortcode

REMARKS = re.compile(r"^Loan (\d+)$")
# So long after the last look money may still leave, and the provider take until it moves it.
LOOKED_BEFORE = timedelta(minutes=15)
SETTLED_BOOKINGS = (
    BookingStatus.BOOKED, BookingStatus.REFUSED, BookingStatus.GIVEN_UP, BookingStatus.UNDONE,
)  # fmt: skip


class Lent(NamedTuple):
    """A loan, by its lender's tenant and its number there."""

    tenant: str
    loan_id: int


class Truth(NamedTuple):
    """What was so in Mifos X from a moment on; money in shillings."""

    since: datetime
    net: int
    msisdn: str
    payable: bool


Truths = Mapping[Lent, list[Truth]]


def wrong(wire: Wire, truths: Truths | None = None, *, at_rest: bool = True) -> list[str]:
    """One sentence for each thing that does not fit; empty when nobody was paid wrongly.

    `truths` is what Mifos X said of each loan from when on: then money may have moved only by
    what was so. `at_rest`: nothing is under way, so that each side knows what the other does.
    """
    moves = moves_of_loans(wire)
    found = [*_paid_twice(moves), *_booked_wrongly(wire, moves), *_ours(wire, moves, at_rest)]
    found += [] if truths is None else _on_an_old_look(moves, truths)
    return [*found, *breaks()]


def moves_of_loans(wire: Wire) -> dict[Lent, list[Move]]:
    """The money that M-Pesa moved for each loan."""
    tenants = dict(MifosConnection.objects.values_list("partner", "tenant"))
    numbers = dict(Shortcode.objects.values_list("number", "partner"))
    found: defaultdict[Lent, list[Move]] = defaultdict(list)
    for move in wire.simulator.book.moves:
        named = REMARKS.match(move.remarks)
        if named and (tenant := tenants.get(numbers[move.shortcode])):
            found[Lent(tenant, int(named.group(1)))].append(move)
    return dict(found)


def _paid_twice(moves: Mapping[Lent, list[Move]]) -> Iterator[str]:
    agreed: defaultdict[Lent, int] = defaultdict(int)
    again = LoanProposal.objects.filter(kind="pay_again", status="approved")
    for proposal in again.select_related("loan"):
        agreed[_lent(proposal.loan)] += 1
    for loan, made in moves.items():
        if len(made) > 1 + agreed[loan]:
            yield f"{loan} was paid {len(made)} times: {[move.receipt for move in made]}"


def _on_an_old_look(moves: Mapping[Lent, list[Move]], truths: Truths) -> Iterator[str]:
    for loan, made in moves.items():
        for move in made:
            facts = (move.amount, move.msisdn)
            if not any(
                each.payable and (each.net, each.msisdn) == facts
                for each in _so_at(truths[loan], move.at)
            ):
                yield f"{loan} was paid as {facts}, which was not so at {move.at}"


def _so_at(told: list[Truth], at: datetime) -> Iterator[Truth]:
    """What was so at some time in the while before that moment."""
    for number, truth in enumerate(told):
        ended = told[number + 1].since if number + 1 < len(told) else at
        if truth.since <= at and ended >= at - LOOKED_BEFORE:
            yield truth


def _booked_wrongly(wire: Wire, moves: Mapping[Lent, list[Move]]) -> Iterator[str]:
    book = lent(wire)
    approved = {Lent(each["tenant"], each["id"]): each for each in control(wire, "loans")["loans"]}
    for twice in book["bookedTwice"]:
        yield f"booked {len(twice['transactions'])} times: {twice}"
    for row in book["disbursals"]:
        loan = Lent(row["tenant"], row["loanId"])
        if row["by"] != USERNAME:
            continue
        if row["receipt"] not in {move.receipt for move in moves.get(loan, [])}:
            yield f"{loan} is booked with {row['receipt']!r}, which did not pay it"
        terms = approved[loan]
        meant = [Decimal(each["principal"]) for each in terms["tranches"]] or [
            Decimal(terms["gross"])
        ]
        if not row["reversed"] and Decimal(row["amount"]) not in meant:
            yield f"{loan} is booked with {row['amount']}, approved were {meant}"


def _ours(wire: Wire, moves: Mapping[Lent, list[Move]], at_rest: bool) -> Iterator[str]:
    living = {
        (row["tenant"], row["externalId"]): row
        for row in lent(wire)["disbursals"]
        if not row["reversed"]
    }
    bookings = list(LoanBooking.objects.select_related("loan"))
    for booking in bookings:
        loan = _lent(booking.loan)
        there = living.get((loan.tenant, booking.external_id))
        yield from _one_booking(booking, loan, there, at_rest)
    receipts = {(_lent(each.loan), each.receipt) for each in bookings}
    for loan, made in moves.items() if at_rest else ():
        for move in made:
            if (loan, move.receipt) not in receipts and not _in_doubt(loan):
                yield f"{loan} was paid by {move.receipt}, and nothing of it is to be booked"


def _one_booking(booking: LoanBooking, loan: Lent, there: Any, at_rest: bool) -> Iterator[str]:
    if booking.status == BookingStatus.BOOKED and there is None:
        yield f"{loan} is called booked, but Mifos X has no disbursal of it"
    if not at_rest:
        return
    if booking.status not in SETTLED_BOOKINGS:
        yield f"{loan}: its booking is still {booking.status}"
    if booking.status != BookingStatus.BOOKED and there is not None:
        yield f"{loan}: its booking is {booking.status}, but Mifos X has {there['externalId']}"


def _in_doubt(loan: Lent) -> bool:
    """Its payout's outcome is open, and the desk says so."""
    row = LoanTracking.objects.select_related("disbursement").get(
        partner__in=MifosConnection.objects.filter(tenant=loan.tenant).values("partner"),
        loan_id=loan.loan_id,
    )
    payout = row.disbursement
    open_ = row.status in (LoanStatus.PROCESSING, LoanStatus.FAILED, LoanStatus.HELD)
    return bool(open_ and payout and payout.person_needed_at)


def _lent(loan: LoanTracking) -> Lent:
    tenant = MifosConnection.objects.values_list("tenant", flat=True).get(partner=loan.partner_id)
    return Lent(tenant, loan.loan_id)
