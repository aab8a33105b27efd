"""The page of a loan: status and next step, its card, what changed, one timeline in two lanes."""

from collections.abc import Iterator, Sequence
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from core.admin import shown
from core.admin.record import Button, Column, Facts, Headline, Record, Section, Table
from loans.admin import differences, words
from loans.admin.booking_actions import buttons_about
from loans.admin.card import card, day, payout_link_text
from loans.admin.lanes import Lanes
from loans.models import LoanBooking, LoanTracking
from loans.queries.beside import open_proposal, present_bookings
from loans.queries.timeline import timeline
from loans.states import LoanStatus


def record(request: HttpRequest, row: LoanTracking) -> Record:
    """Amount, client, status and next step on top; then the card; then the timeline."""
    may_see = shown.may_see_phones(request)
    booking = present_bookings([row]).get(row.pk)
    return Record(
        buttons=[*_proposed(row), *(buttons_about(request, booking) if booking else [])],
        headline=Headline(
            kind=f"Loan {row.loan_id} of {row.partner}",
            main=words.net(row),
            beside=words.client(row, may_see=may_see),
            status=_statuses(row, booking),
            meaning=row.MACHINE.meanings[row.status],
            next_step=shown.free_text(words.next_step(row, booking), may_see_phones=may_see),
        ),
        sections=list(_sections(row, booking, may_see=may_see)),
    )


def _statuses(row: LoanTracking, booking: LoanBooking | None) -> object:
    if booking is None:
        return words.loan_status(row)
    return format_html(
        '<span class="pv-states">{} {}</span>',
        words.loan_status(row), words.booking_status(booking),
    )  # fmt: skip


def _proposed(row: LoanTracking) -> list[Button]:
    """The way to the proposal that waits, if there is one."""
    proposal = open_proposal(row.pk)
    if proposal is None:
        return []
    return [
        Button(
            label="Open proposal…", url=words.page_of(proposal), primary=True,
            explanation=f"{proposal.proposed_by} proposes: {words.proposed(proposal)}. Another "
            "person must approve it.",
        )
    ]  # fmt: skip


def _sections(
    row: LoanTracking, booking: LoanBooking | None, *, may_see: bool
) -> Iterator[Section]:
    if row.status == LoanStatus.HELD:
        yield Facts(title="Why it is held", rows=list(_held(row, may_see=may_see)))
    if row.differences:
        yield differences.table(row, may_see=may_see)
    yield card(row, booking, may_see=may_see)
    yield Lanes(
        title="Timeline",
        events=timeline(row, may_see_phones=may_see),
        note="Oldest first: what Mifos X said and was told, what was done here, what M-Pesa did.",
    )
    bookings = list(LoanBooking.objects.filter(loan=row).select_related("disbursement"))
    if len(bookings) > 1:
        yield _cycles(bookings)
    yield Facts(title="As Mifos X has it", rows=list(_facts(row, may_see=may_see)))


def _held(row: LoanTracking, *, may_see: bool) -> Iterator[tuple[str, object]]:
    yield ("Because", words.hold_reason(row, may_see=may_see))
    yield ("What to do", words.hold_to_do(row))
    yield ("Held since", shown.moment(row.status_at))
    yield ("Who may let it go on", _who(row))


def _who(row: LoanTracking) -> str:
    if words.releasable(row):
        return "One person, with a reason"
    return "Nobody here: it is mended in Mifos X, or decided by two persons"


def _cycles(bookings: Sequence[LoanBooking]) -> Table:
    return Table(
        title="All its payouts",
        note="A cycle is one approval in Mifos X; each is paid at most once.",
        columns=[
            Column(label="Cycle"), Column(label="Payout"), Column(label="Receipt"),
            Column(label="Paid"), Column(label="Booked", numeric=True), Column(label="Booking"),
        ],
        rows=[
            [
                each.cycle,
                shown.link(reverse(words.PAYOUT, args=[each.disbursement_id]),
                           payout_link_text(each.disbursement)),
                each.receipt,
                shown.moment(each.paid_at),
                shown.amount(each.gross_minor, each.currency),
                shown.link(words.page_of(each), words.booking_status(each)),
            ]
            for each in bookings
        ],
    )  # fmt: skip


def _facts(row: LoanTracking, *, may_see: bool) -> Iterator[tuple[str, object]]:
    loans = reverse("admin:loans_loantracking_changelist")
    query = urlencode({"client": row.client_id or "", "partner": row.partner_id})
    yield ("Loan number", shown.copied(str(row.loan_id), label="loan number"))
    yield ("Account number", shown.copied(row.account_no, label="account number"))
    yield ("Product", f"{words.product(row)} ({row.product_id})")
    if row.client_id:
        yield ("Client", shown.link(f"{loans}?{query}", f"Client {row.client_id}: all loans"))
    yield ("Phone as written there", words.written(row, may_see))
    yield ("Approved on", day(row.approved_on))
    yield ("Expected on", day(row.expected_on))
    yield ("Several disbursals", "yes" if row.several_disbursals else "no")
    yield ("Cycle", row.cycle)
    yield ("Released", shown.moment(row.released_at))
    yield ("First seen", shown.moment(row.created_at))
    yield ("Partner", words.link(row.partner))
    yield ("Our id", shown.copied(str(row.pk), label="our id"))
    if row.disbursement is not None:
        reference = row.disbursement.client_reference
        yield ("Payout's reference", shown.copied(reference, label="payout's reference"))
