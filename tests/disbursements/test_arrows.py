"""Every arrow of the table is walked by a real row, and every other one is refused."""

import hashlib
from itertools import product
from typing import Any

import pytest
from django.db import connection, transaction

from core.models import Step
from core.states import IllegalMove, NotInTransaction, StaleRow, advance, begin, note
from disbursements.models import (
    BulkRun,
    DisbursementRequest,
    PayoutJob,
    Settlement,
    TransferReversal,
)
from disbursements.states import ARROWS, FINAL, MEANINGS, OPEN_OUTCOME, DisbursementStatus
from tests.wire import START
from vault.models import Partner, Shortcode

ALL = list(DisbursementStatus)
DRAWN = [(old, new) for old, targets in ARROWS.items() for new in sorted(targets)]
MISSING = [pair for pair in product(ALL, ALL) if pair not in DRAWN]

pytestmark = pytest.mark.django_db


@pytest.fixture
def row_that_is(db: None) -> Any:
    partner = Partner.objects.create(name="Umoja Example Ltd", created_at=START)
    shortcode = Shortcode.objects.create(
        number="600111", partner=partner, kind="paybill", initiator_name="apiop",
        sealed_credentials="x", certificate="x", created_at=START,
    )  # fmt: skip

    def make(status: str) -> DisbursementRequest:
        row = DisbursementRequest(
            partner=partner, shortcode=shortcode, rail="mpesa_b2c", status=status,
            status_at=START, client_reference="REF-1", created_by="test", created_at=START,
            request_digest=hashlib.sha256(b"x").digest(), origin="test", msisdn="254700100001",
            amount_minor=125_000, currency="KES", command_id="BusinessPayment",
            remarks="Payment", due_at=START, lease_until=START, next_retry_at=START,
            receipt="UKL1000001", completed_at=START, parked_cause="b2c:1",
        )  # fmt: skip
        begin([row], at=START, because="made for a test", actor="test")
        return row

    return make


class TestArrows:
    @pytest.mark.parametrize(("old", "new"), DRAWN, ids=lambda status: str(status))
    def test_a_drawn_arrow_is_walked_with_its_step(
        self, row_that_is: Any, old: str, new: str
    ) -> None:
        row = row_that_is(old)

        advance(row, to=new, at=START, because="a reason", actor="test")

        step = Step.objects.latest("id")
        row.refresh_from_db()
        assert row.status == new
        assert (step.from_status, step.to_status, step.because) == (old, new, "a reason")

    @pytest.mark.parametrize(("old", "new"), MISSING, ids=lambda status: str(status))
    def test_a_missing_arrow_is_refused(self, row_that_is: Any, old: str, new: str) -> None:
        row = row_that_is(old)

        with pytest.raises(IllegalMove):
            advance(row, to=new, at=START, because="a reason", actor="test")

        row.refresh_from_db()
        assert row.status == old
        assert Step.objects.count() == 1


class TestTheDatabaseHelps:
    @pytest.mark.parametrize("old", ["completed", "returned", "cancelled"])
    @pytest.mark.parametrize("new", ALL, ids=lambda status: str(status))
    def test_an_end_stays_an_end_without_our_code(
        self, row_that_is: Any, old: str, new: str
    ) -> None:
        row = row_that_is(old)
        allowed = new == old or (old, new) == ("completed", "returned")

        refused = False
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE disbursement_requests SET status = %s WHERE id = %s", [new, row.pk]
                )
        except Exception as error:  # noqa: BLE001 - the database's own words
            refused = "Cannot update rows" in str(error)

        assert refused is not allowed


class TestTable:
    def test_every_status_has_a_meaning_and_a_place(self) -> None:
        assert set(ARROWS) == set(MEANINGS) == set(ALL)

    def test_every_status_is_reached_and_nothing_leads_to_itself(self) -> None:
        reached = {new for _, new in DRAWN}

        assert reached == set(ALL)
        assert not [old for old, new in DRAWN if old == new]

    def test_what_is_open_is_never_cancelled_and_paid_is_never_failed(self) -> None:
        assert not [old for old in OPEN_OUTCOME if "cancelled" in ARROWS[old]]
        assert ARROWS[DisbursementStatus.COMPLETED] == {"returned"}
        assert not FINAL & OPEN_OUTCOME


class TestAdvance:
    def test_a_row_that_somebody_moved_first_is_stale(self, row_that_is: Any) -> None:
        row = row_that_is("queued")
        DisbursementRequest.objects.filter(pk=row.pk).update(status="sending")

        with pytest.raises(StaleRow):
            advance(row, to="cancelled", at=START, because="too late", actor="test")

        assert Step.objects.count() == 1

    def test_a_note_changes_no_status(self, row_that_is: Any) -> None:
        row = row_that_is("queued")

        note(row, at=START, because="seen", actor="test")

        step = Step.objects.latest("id")
        assert (step.from_status, step.to_status) == ("queued", "queued")


@pytest.mark.django_db(transaction=True)
class TestOutsideATransaction:
    def test_no_status_changes(self, emptied_quickly: None, row_that_is: Any) -> None:
        with pytest.raises(NotInTransaction):
            row_that_is("queued")

        assert not DisbursementRequest.objects.exists()


SMALL = (Settlement, BulkRun, PayoutJob, TransferReversal)
# A job whose winner is retried is open again.
BOTH_WAYS = {(PayoutJob, "processing", "complete"), (PayoutJob, "complete", "processing")}


class TestSmallMachines:
    """Settlements, bulk runs, payout jobs, reversals: rows that need no money around them."""

    @pytest.mark.parametrize(
        ("model", "old", "new"),
        [
            (model, old, new)
            for model in SMALL
            for old, targets in model.MACHINE.arrows.items()
            for new in sorted(targets)
        ],
    )
    def test_a_drawn_arrow_is_walked(self, model: Any, old: str, new: str) -> None:
        model.MACHINE.check(old=old, new=new)

        if (model, old, new) not in BOTH_WAYS:
            with pytest.raises(IllegalMove):
                model.MACHINE.check(old=new, new=old)
