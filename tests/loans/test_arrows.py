"""Every arrow of a loan, a booking and a proposal is walked by a real row; others are refused."""

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, models, transaction

from core.states import IllegalMove, advance, begin
from disbursements.models import DisbursementRequest
from loans.models import LoanBooking, LoanProposal, LoanTracking
from loans.states import (
    ARROWS,
    BOOKING_ARROWS,
    BOOKING_MEANINGS,
    MEANINGS,
    PROPOSAL_ARROWS,
    PROPOSAL_MEANINGS,
)
from tests.wire import START
from vault.models import Partner, Shortcode

MACHINES: dict[type[models.Model], Any] = {
    LoanTracking: ARROWS, LoanBooking: BOOKING_ARROWS, LoanProposal: PROPOSAL_ARROWS,
}  # fmt: skip
DRAWN = [
    (model, old, new)
    for model, arrows in MACHINES.items()
    for old, targets in arrows.items()
    for new in sorted(targets)
]
MISSING = [
    (model, old, new)
    for model, arrows in MACHINES.items()
    for old, new in product(arrows, arrows)
    if (model, old, new) not in DRAWN
]
Make = Callable[[type[models.Model], str], Any]

pytestmark = pytest.mark.django_db


def name_of(value: Any) -> str:
    return value.__name__ if isinstance(value, type) else str(value)


@pytest.fixture
def row_that_is(db: None) -> Make:
    """A row of this model in this status, with what its constraints ask for."""
    partner = Partner.objects.create(name="Umoja Example Ltd", created_at=START)
    shortcode = Shortcode.objects.create(
        number="600000", partner=partner, kind="paybill", initiator_name="apiop",
        sealed_credentials="x", certificate="x", created_at=START,
    )  # fmt: skip
    payout = DisbursementRequest(
        partner=partner, shortcode=shortcode, rail="mpesa_b2c", status="queued",
        status_at=START, client_reference="LOAN-1", created_by="test", created_at=START,
        request_digest=b"x" * 32, origin="loan", msisdn="254700100001", amount_minor=950_000,
        currency="KES", command_id="BusinessPayment", remarks="Loan", due_at=START,
    )  # fmt: skip
    loan = LoanTracking(
        partner=partner, loan_id=7, status="disbursed", status_at=START, product_id=1,
        gross_minor=1_000_000, net_minor=950_000, currency="KES", held_code="by_hand",
        disbursement=payout, mifos_status=200, seen_at=START, created_at=START,
    )  # fmt: skip
    booking = LoanBooking(
        loan=loan, cycle=1, disbursement=payout, receipt="SKL0000007", paid_at=START,
        gross_minor=1_000_000, currency="KES", status="due", status_at=START, external_id="x",
        idempotency_key="key", body={}, due_at=START, sent_at=START, booked_at=START,
        created_at=START,
    )  # fmt: skip
    proposal = LoanProposal(
        loan=loan, booking=booking, kind="give_up_booking", status="proposed", status_at=START,
        reason="made for a test", proposed_by="amina", decided_by="brian", created_at=START,
    )  # fmt: skip

    def make(model: type[models.Model], status: str) -> Any:
        rows = [payout, loan, booking, proposal]
        with transaction.atomic():
            for row in rows:
                if isinstance(row, model):
                    row.status = status
                begin([row], at=START, because="made for a test", actor="test")
        return next(row for row in rows if isinstance(row, model))

    return make


class TestArrows:
    @pytest.mark.parametrize(("model", "old", "new"), DRAWN, ids=name_of)
    def test_a_drawn_arrow_is_walked(
        self, row_that_is: Make, model: type[models.Model], old: str, new: str
    ) -> None:
        row = row_that_is(model, old)

        advance(row, to=new, at=START, because="a reason", actor="test")

        row.refresh_from_db()
        assert row.status == new

    @pytest.mark.parametrize(("model", "old", "new"), MISSING, ids=name_of)
    def test_a_missing_arrow_is_refused(
        self, row_that_is: Make, model: type[models.Model], old: str, new: str
    ) -> None:
        row = row_that_is(model, old)

        with pytest.raises(IllegalMove):
            advance(row, to=new, at=START, because="a reason", actor="test")

        row.refresh_from_db()
        assert row.status == old


class TestTable:
    def test_every_status_has_a_meaning(self) -> None:
        assert set(ARROWS) == set(MEANINGS)
        assert set(BOOKING_ARROWS) == set(BOOKING_MEANINGS)
        assert set(PROPOSAL_ARROWS) == set(PROPOSAL_MEANINGS)

    def test_a_paid_loan_never_waits_to_be_paid(self) -> None:
        assert ARROWS["disbursed"] == {"held"}


class TestTheDatabaseHelps:
    def test_what_a_booking_is_of_never_changes(self, row_that_is: Make) -> None:
        row = row_that_is(LoanBooking, "due")

        with pytest.raises(ProgrammingError, match="Cannot update"), transaction.atomic():
            LoanBooking.objects.filter(pk=row.pk).update(receipt="OTHER")

    @pytest.mark.parametrize(
        ("changes", "constraint"),
        [
            ({"status": "sending", "idempotency_key": ""}, "sending_booking_is_frozen"),
            ({"status": "sending", "body": None}, "sending_booking_is_frozen"),
            ({"status": "booked", "booked_at": None}, "booked_has_moment"),
        ],
    )
    def test_nothing_is_sent_or_booked_by_halves(
        self, row_that_is: Make, changes: dict[str, Any], constraint: str
    ) -> None:
        row = row_that_is(LoanBooking, "due")

        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            LoanBooking.objects.filter(pk=row.pk).update(**changes)

    def test_nothing_is_deleted(self, row_that_is: Make) -> None:
        row_that_is(LoanProposal, "proposed")

        for model in MACHINES:
            with pytest.raises(ProgrammingError, match="Cannot delete"), transaction.atomic():
                model._default_manager.all()._raw_delete("default")
