"""Every arrow of a transfer is walked by a real row, and every other one is refused."""

from itertools import product
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from core.states import IllegalMove, advance, begin
from disbursements.models import DisbursementRequest
from rents.models import Forward
from rents.states import ARROWS, MEANINGS, ForwardStatus
from tests import money_in
from tests.wire import START
from vault.models import Partner, Shortcode

ALL = list(ForwardStatus)
DRAWN = [(old, new) for old, targets in ARROWS.items() for new in sorted(targets)]
MISSING = [pair for pair in product(ALL, ALL) if pair not in DRAWN]

pytestmark = pytest.mark.django_db


@pytest.fixture
def forward_that_is(db: None) -> Any:
    partner = Partner.objects.create(name="Umoja Example Ltd", created_at=START)
    shortcode = Shortcode.objects.create(
        number="600000", partner=partner, kind="paybill", initiator_name="apiop",
        sealed_credentials="x", certificate="x", created_at=START,
    )  # fmt: skip
    owner = money_in.make_owner(partner)

    def make(status: str) -> Forward:
        payout = DisbursementRequest(
            partner=partner, shortcode=shortcode, rail="mpesa_b2c", status="queued",
            status_at=START, client_reference="RENT-1", created_by="test", created_at=START,
            request_digest=b"x" * 32, origin="rent", msisdn="254700100001", amount_minor=950_000,
            currency="KES", command_id="BusinessPayment", remarks="Rent", due_at=START,
        )  # fmt: skip
        forward = Forward(
            partner=partner, owner=owner, disbursement=payout, status=status, status_at=START,
            amount_minor=950_000, currency="KES", completed_at=START, created_by="test",
            created_because="made for a test", created_at=START,
        )  # fmt: skip
        with transaction.atomic():
            begin([payout], at=START, because="made for a test", actor="test")
            begin([forward], at=START, because="made for a test", actor="test")
        return forward

    return make


class TestArrows:
    @pytest.mark.parametrize(("old", "new"), DRAWN, ids=lambda status: str(status))
    def test_a_drawn_arrow_is_walked(self, forward_that_is: Any, old: str, new: str) -> None:
        row = forward_that_is(old)

        advance(row, to=new, at=START, because="a reason", actor="test")

        row.refresh_from_db()
        assert row.status == new

    @pytest.mark.parametrize(("old", "new"), MISSING, ids=lambda status: str(status))
    def test_a_missing_arrow_is_refused(self, forward_that_is: Any, old: str, new: str) -> None:
        row = forward_that_is(old)

        with pytest.raises(IllegalMove):
            advance(row, to=new, at=START, because="a reason", actor="test")

        row.refresh_from_db()
        assert row.status == old


class TestTable:
    def test_every_status_has_a_meaning_and_what_arrived_stays(self) -> None:
        assert set(ARROWS) == set(MEANINGS) == set(ALL)
        assert not ARROWS[ForwardStatus.COMPLETED]
        assert not ARROWS[ForwardStatus.RELEASED]


class TestTheDatabaseHelps:
    def test_what_was_handed_over_is_never_changed(self, forward_that_is: Any) -> None:
        row = forward_that_is("processing")

        with pytest.raises(ProgrammingError, match="Cannot update"), transaction.atomic():
            Forward.objects.filter(pk=row.pk).update(amount_minor=1)

    def test_what_arrived_has_a_moment(self, forward_that_is: Any) -> None:
        row = forward_that_is("processing")
        Forward.objects.filter(pk=row.pk).update(completed_at=None)

        with pytest.raises(IntegrityError, match="completed_forward_has_moment"):
            advance(row, to="completed", at=START, because="a reason", completed_at=None)
