"""Correct and resend at the desk: what it was beside what it will be, one POST."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from disbursements.models import DisbursementRequest
from gateways.interface import PaymentState
from tests.staff import at_the_desk
from tests.wire import MovedClock

PAYOUT = "admin:disbursements_disbursementrequest_change"
CORRECT = "admin:disbursements_disbursementrequest_correct"
CONFIRMED = {
    "confirmed": "yes", "reason": "the payee gave a new number", "msisdn": "0700 000 777",
    "amount": "1250", "payee_name": "Amina Example", "client_reference": "REF-00001-C1",
}  # fmt: skip


@pytest.fixture
def failed(sent: Any, reports: Any, moved: MovedClock) -> DisbursementRequest:
    """Proven not paid."""
    row = sent(payee_name="Amina Example")
    reports.failed(row, "2040")
    moved.forward(minutes=1)
    reports.asked(row)
    reports.answered(row, PaymentState.NOT_PAID)
    return row


class TestCorrecting:
    def test_the_page_shows_what_it_was_and_begins_with_it(
        self, desk: Client, failed: DisbursementRequest
    ) -> None:
        page = desk.get(reverse(CORRECT, args=[failed.pk])).content.decode()

        for text in ("KES 1,250.00", 'value="1250"', 'value="REF-00001-C1"', "REF-00001"):
            assert text in page
        assert failed.msisdn not in page

    def test_it_makes_the_new_one_and_both_pages_link(
        self, desk: Client, failed: DisbursementRequest
    ) -> None:
        answer = desk.post(reverse(CORRECT, args=[failed.pk]), CONFIRMED, follow=True)
        again = desk.post(reverse(CORRECT, args=[failed.pk]), CONFIRMED)

        child = DisbursementRequest.objects.get(corrects=failed)
        old, new = (
            desk.get(reverse(PAYOUT, args=[row.pk])).content.decode() for row in (failed, child)
        )
        assert (child.msisdn, again.status_code) == ("254700000777", 404)
        assert "replaces REF-00001" in answer.content.decode()
        assert reverse(PAYOUT, args=[child.pk]) in old
        assert "Corrected by REF-00001-C1" in old
        assert reverse(PAYOUT, args=[failed.pk]) in new

    def test_an_empty_phone_keeps_the_one_there_is(
        self, desk: Client, failed: DisbursementRequest
    ) -> None:
        desk.post(reverse(CORRECT, args=[failed.pk]), CONFIRMED | {"msisdn": "", "amount": "1300"})

        child = DisbursementRequest.objects.get(corrects=failed)
        assert (child.msisdn, child.amount_minor) == (failed.msisdn, 130_000)

    def test_a_wrong_field_is_named_and_nothing_is_made(
        self, desk: Client, failed: DisbursementRequest
    ) -> None:
        answer = desk.post(reverse(CORRECT, args=[failed.pk]), CONFIRMED | {"msisdn": "12"})

        assert answer.status_code == 422
        assert "New phone: " in answer.content.decode()
        assert DisbursementRequest.objects.count() == 1

    def test_it_is_not_offered_for_what_may_be_paid(
        self, desk: Client, accepted: DisbursementRequest
    ) -> None:
        page = desk.get(reverse(PAYOUT, args=[accepted.pk])).content.decode()

        assert reverse(CORRECT, args=[accepted.pk]) not in page
        assert desk.get(reverse(CORRECT, args=[accepted.pk])).status_code == 404

    @pytest.mark.parametrize(("verb", "status"), [("correct", 200), ("retry", 403)])
    def test_it_asks_its_permission(
        self, failed: DisbursementRequest, verb: str, status: int
    ) -> None:
        client = at_the_desk(
            f"disbursements.{verb}_disbursementrequest",
            "disbursements.view_disbursementrequest",
        )

        assert client.get(reverse(CORRECT, args=[failed.pk])).status_code == status
