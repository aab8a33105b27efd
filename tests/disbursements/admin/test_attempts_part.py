"""The attempts that open below a row of the list."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from disbursements.models import DisbursementRequest, DisbursementRetryLog
from tests.staff import at_the_desk

LIST = "admin:disbursements_disbursementrequest_changelist"
PART = "admin:disbursements_disbursementrequest_attempts"
MAY_LOOK = "disbursements.view_disbursementrequest"
Sent = Callable[..., DisbursementRequest]


@pytest.fixture
def refused(sent: Sent, reports: Any) -> DisbursementRequest:
    """One attempt that M-Pesa reported as failed, with a phone and a secret on record."""
    row = sent("00001")
    reports.failed(row, "2006", "Account of 254700100001 inactive")
    DisbursementRetryLog.objects.filter(disbursement=row).update(
        error_details={"password": "very-secret", "note": "call 0700100001"},
        mpesa_response_code="2006",
        mpesa_response_description="Account of 254700100001 inactive",
        outcome="not_paid",
        proof="refused",
    )
    return row


def part_of(row: DisbursementRequest) -> str:
    return reverse(PART, args=[row.pk])


class TestPart:
    def test_it_tells_each_attempt_in_plain_words(
        self, desk: Client, refused: DisbursementRequest
    ) -> None:
        attempt = DisbursementRetryLog.objects.get(disbursement=refused)

        part = desk.get(part_of(refused)).content.decode()

        for text in (
            attempt.provider_reference, attempt.conversation_id, "first try", "Not paid",
            "(2006)", "Proven not paid because: Refused before acceptance", "M-Pesa wrote",
        ):  # fmt: skip
            assert text in part
        assert "<html" not in part

    def test_phones_and_secrets_stay_out_whoever_looks(
        self, desk: Client, refused: DisbursementRequest
    ) -> None:
        part = desk.get(part_of(refused)).content.decode()

        assert "very-secret" not in part
        assert "254700100001" not in part
        assert "0700100001" not in part
        assert "254700•••001" in part

    def test_what_others_wrote_is_escaped(
        self, desk: Client, refused: DisbursementRequest
    ) -> None:
        DisbursementRetryLog.objects.filter(disbursement=refused).update(
            mpesa_response_description="<script>alert(1)</script>",
            error_details={"body": "</pre><script>alert(2)</script>"},
        )

        part = desk.get(part_of(refused)).content.decode()

        assert "<script" not in part

    def test_its_queries_do_not_grow_with_the_attempts(
        self, desk: Client, refused: DisbursementRequest
    ) -> None:
        first = DisbursementRetryLog.objects.get(disbursement=refused)
        with CaptureQueriesContext(connection) as few:
            desk.get(part_of(refused))
        for number in range(2, 8):
            DisbursementRetryLog.objects.create(
                disbursement=refused, retry_attempt=number, retry_reason="again",
                retry_timestamp=first.retry_timestamp, provider_reference=f"reference-{number}",
                secret_digest=bytes([number]) * 32, shortcode_number="600111",
                outcome="not_paid", proof="refused",
            )  # fmt: skip

        with CaptureQueriesContext(connection) as many:
            part = desk.get(part_of(refused)).content.decode()

        assert len(many) == len(few)
        assert part.count("<tr>") == 8

    def test_it_needs_the_permission_and_a_payout(self, refused: DisbursementRequest) -> None:
        viewer, stranger = at_the_desk(MAY_LOOK), at_the_desk("core.view_alert")

        assert viewer.get(part_of(refused)).status_code == 200
        assert stranger.get(part_of(refused)).status_code == 403
        assert viewer.get(reverse(PART, args=["no-such"])).status_code == 404

    def test_the_list_opens_it_by_a_button_that_says_how_often_it_was_sent(
        self, desk: Client, refused: DisbursementRequest
    ) -> None:
        page = desk.get(reverse(LIST)).content.decode()

        assert f'data-attempts="{part_of(refused)}"' in page
        assert 'aria-expanded="false"' in page
        assert "sent once" in page


class TestKeys:
    def test_the_list_says_which_keys_there_are(self, desk: Client, pay: Any) -> None:
        pay()

        page = desk.get(reverse(LIST)).content.decode()

        assert '<dialog id="pv-keys"' in page
        assert all(f"<kbd>{key}</kbd>" in page for key in ("/", "j", "k", "x", "a", "Enter", "?"))
