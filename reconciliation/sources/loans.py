"""Loans: our tracking, the payouts of its cycles, our bookings, and what Mifos X said of them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Least

from core import clock, jobs
from core.callers import Caller
from core.ids import uuids_of
from disbursements.queries.of_origin import PAID
from disbursements.states import DisbursementStatus
from loans.models import LoanBooking, LoanProposal, LoanTracking, MifosConnection
from loans.queries import bookings
from loans.queries.due import PAYS
from loans.states import BookingStatus, LoanStatus
from reconciliation.models import SubjectKind
from reconciliation.rules.sides import Record
from reconciliation.sources import loan_rows
from reconciliation.sources.lately import changed_since, not_looked_at
from reconciliation.sources.loan_sides import record_of
from reconciliation.sources.source import Found, Owned, StepOf
from reconciliation.sources.terms import by_term

KIND = SubjectKind.LOAN
VIEW = "loans.view_loantracking"
JOB = "sync_loans"
LOAN, BOOKING, PROPOSAL = "LoanTracking", "LoanBooking", "LoanProposal"
STUCK_FOR = timedelta(hours=1)
NUMBER_DIGITS_MAX = 18
# Left to their own clock: a look too early may find nothing yet, and have it sent again.
ASKED_BY_ITSELF = (BookingStatus.DUE, BookingStatus.SENDING, BookingStatus.UNKNOWN)
LOOKED_AT_AGAIN = (BookingStatus.WAITS_FOR_CHECKER, BookingStatus.REFUSED, BookingStatus.GIVEN_UP)
STUCK_BOOKINGS = (*bookings.OPEN, *bookings.NOT_BOOKED)
OVER = (*PAID, DisbursementStatus.FAILED, DisbursementStatus.CANCELLED)


class LoanSource:
    """The subjects of kind `loan`; their id is that of the tracking."""

    STEP_TYPES = frozenset({LOAN, BOOKING, PROPOSAL})

    def read(self, ids: Sequence[str]) -> dict[str, Record]:
        """All sides of each loan, by id."""
        at = clock.now()
        return {
            loan_id: record_of(loan, kind=KIND, at=at)
            for loan_id, loan in loan_rows.load(ids).items()
        }

    def ask_afresh(self, ids: Collection[str], *, at: datetime) -> set[str]:
        """By the next sync of its Mifos X, and its booking's next look, both brought forward.

        Not where that is left alone or not set up, nor what is under way by a clock of its own.
        """
        wanted = uuids_of(ids)
        lines = MifosConnection.objects.filter(PAYS, Q(not_before=None) | Q(not_before__lte=at))
        under_way = LoanBooking.objects.filter(loan=OuterRef("pk"), status__in=ASKED_BY_ITSELF)
        rows = LoanTracking.objects.filter(
            ~Exists(under_way), pk__in=wanted, partner__in=lines.values("partner_id")
        ).exclude(status__in=(LoanStatus.PROCESSING, LoanStatus.FAILED))
        found: dict[UUID, UUID] = dict(rows.values_list("pk", "partner_id"))
        if found:
            LoanBooking.objects.filter(
                loan__in=found, status__in=LOOKED_AT_AGAIN, due_at__gt=at
            ).update(due_at=at)
            partners = set(found.values())
            sooner = MifosConnection.objects.filter(partner__in=partners)
            sooner.update(next_sync_at=Least(F("next_sync_at"), at))
            jobs.after_commit(JOB)
        return {str(pk) for pk in found}

    def stuck(self, *, at: datetime, limit: int) -> list[str]:
        """Paid and not booked, or behind a payout that is over, for longer than usual.

        A payout that is under way is looked at as such.
        """
        until = at - clock.scaled(STUCK_FOR)
        behind = LoanTracking.objects.filter(
            status=LoanStatus.PROCESSING, status_at__lte=until, disbursement__status__in=OVER
        )
        open_ones = LoanBooking.objects.filter(status__in=STUCK_BOOKINGS, status_at__lte=until)
        unbooked = LoanTracking.objects.filter(pk__in=open_ones.values("loan_id"))
        found = [
            pk
            for rows in (unbooked, behind)
            for pk in not_looked_at(rows, kind=KIND, at=at)
            .order_by("status_at", "id")
            .values_list("pk", flat=True)[:limit]
        ]
        return [str(pk) for pk in dict.fromkeys(found)][:limit]

    def since(self, moment: datetime) -> Iterator[list[str]]:
        """By the trail, also of bookings and proposals."""
        for ids in changed_since({LOAN}, moment):
            yield ids
        for step_type in (BOOKING, PROPOSAL):
            for ids in changed_since({step_type}, moment):
                owned = self.of_steps({step_type: ids})
                yield sorted({loan_id for loan_id, _ in owned.values()})

    def find_many(self, texts: Sequence[str], *, caller: Caller) -> dict[str, list[Found]]:
        """By id, or by number or account in Mifos X; its LOAN-… reference is the payout's."""
        found: dict[str, list[Found]] = {}
        wanted = by_term(texts)
        for row in _visible(wanted, caller):
            one = Found(
                kind=KIND, subject_id=str(row.pk), title=loan_rows.title(row),
                partner_id=row.partner_id,
            )  # fmt: skip
            terms = {str(row.pk), str(row.loan_id), row.account_no} - {""}
            for text in (each for term in sorted(terms) for each in wanted.get(term, ())):
                found.setdefault(text, []).append(one)
        return found

    def of_steps(self, ids_by_type: Mapping[str, Collection[str]]) -> dict[StepOf, Owned]:
        """A loan's own, and those of its bookings and proposals."""
        found: dict[StepOf, Owned] = {}
        named = uuids_of(ids_by_type.get(LOAN, ()))
        for pk, partner_id in LoanTracking.objects.filter(pk__in=named).values_list(
            "pk", "partner_id"
        ):
            found[LOAN, str(pk)] = (str(pk), partner_id)
        models: dict[str, Any] = {BOOKING: LoanBooking, PROPOSAL: LoanProposal}
        for step_type, model in models.items():
            if not (ids := uuids_of(ids_by_type.get(step_type, ()))):
                continue
            rows = model.objects.filter(pk__in=ids)
            for pk, loan_id, partner_id in rows.values_list("pk", "loan_id", "loan__partner_id"):
                found[step_type, str(pk)] = (str(loan_id), partner_id)
        return found


def _visible(terms: Collection[str], caller: Caller) -> "QuerySet[LoanTracking]":
    numbers = [
        int(term)
        for term in terms
        if term.isascii() and term.isdigit() and len(term) <= NUMBER_DIGITS_MAX
    ]
    rows = LoanTracking.objects.filter(
        Q(pk__in=uuids_of(terms)) | Q(loan_id__in=numbers) | Q(account_no__in=terms)
    )
    if not caller.may(VIEW):
        return rows.none()
    rows = rows if caller.partners is None else rows.filter(partner__in=caller.partners)
    return rows.order_by("-created_at", "id")
