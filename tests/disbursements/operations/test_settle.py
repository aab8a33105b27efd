"""A reported success: believed once, of the right payout, amount, phone and receipt."""

from collections.abc import Callable
from typing import Any

import pytest

from core.models import Alert
from disbursements.models import AttemptOutcome, DisbursementRequest, DisbursementRetryLog
from disbursements.operations.prove_books import breaks
from disbursements.operations.settle import apply_payout_result
from gateways.interface import Arrival, Delivery, PaymentState, PayoutResult
from ledger.models import Entry
from tests.wire import MovedClock

Sent = Callable[..., DisbursementRequest]
AttemptOf = Callable[[DisbursementRequest], DisbursementRetryLog]


def open_alerts() -> set[str]:
    return set(Alert.objects.filter(closed_at=None).values_list("kind", flat=True))


class TestSuccess:
    def test_it_is_completed_with_its_receipt_and_booked(
        self, sent: Sent, reports: Any, attempt_of: AttemptOf, moved: MovedClock
    ) -> None:
        row = sent()

        delivery = reports.paid(row, receipt="UKL1234567")

        kinds = Entry.objects.order_by("id").values_list("kind", flat=True)
        assert delivery == Delivery.APPLIED
        assert (row.status, row.receipt, row.completed_at) == ("completed", "UKL1234567", moved())
        assert (row.ask_at, row.next_retry_at, row.lease_until) == (None, None, None)
        assert attempt_of(row).outcome == AttemptOutcome.PAID
        assert list(kinds) == ["hold", "commit"]
        assert list(breaks()) == []

    def test_the_replay_changes_nothing(self, sent: Sent, reports: Any) -> None:
        row = sent()
        reports.paid(row)

        again = [reports.paid(row) for _ in range(3)]

        assert set(again) == {Delivery.DUPLICATE}
        assert Entry.objects.count() == 2
        assert open_alerts() == set()

    def test_another_receipt_is_a_contradiction_that_changes_nothing(
        self, sent: Sent, reports: Any
    ) -> None:
        row = sent()
        reports.paid(row, receipt="UKL1000001")

        delivery = reports.paid(row, receipt="UKL1000002")

        assert delivery == Delivery.CONTRADICTORY
        assert (row.status, row.receipt) == ("completed", "UKL1000001")
        assert open_alerts() == {"contradictory_reports"}

    def test_a_success_settles_what_was_unknown(self, sent: Sent, reports: Any) -> None:
        row = sent()
        reports.timed_out(row)

        reports.paid(row)

        assert row.status == "completed"


class TestMisfits:
    @pytest.mark.parametrize(
        "facts",
        [
            {"amount_minor": 124_999},
            {"amount_minor": 125_001},
            {"amount_minor": 1_250},
            {"names_amount": False},
            {"receiver": "254700199999 - Amina Example"},
            {"receiver": "+254700199999 - Amina Example"},
            {"receiver": "0700199999 - Amina Example"},
            {"receiver": "0110199999 - Amina Example"},
            {"receipt": ""},
        ],
    )
    def test_a_success_that_does_not_fit_settles_nothing(
        self, sent: Sent, reports: Any, facts: dict[str, Any]
    ) -> None:
        row = sent()

        delivery = reports.paid(row, **facts)

        assert delivery == Delivery.CONTRADICTORY
        assert (row.status, row.receipt) == ("accepted", None)
        assert row.ask_at is not None
        assert open_alerts() == {"report_does_not_fit"}
        assert list(breaks()) == []

    @pytest.mark.parametrize("start", ["254", "+254", "0"])
    def test_the_phone_may_be_written_in_any_form(
        self, sent: Sent, reports: Any, start: str
    ) -> None:
        row = sent()

        reports.paid(row, receiver=f"{start}{row.msisdn[3:]} - Amina Example")

        assert row.status == "completed"

    def test_a_status_answer_may_lack_the_amount(
        self, sent: Sent, reports: Any, moved: MovedClock
    ) -> None:
        row = sent()
        moved.forward(minutes=2)
        reports.asked(row)

        reports.answered(row, PaymentState.COMPLETED, amount_minor=None)

        assert row.status == "completed"

    def test_a_receipt_is_of_one_payout_only(self, sent: Sent, reports: Any) -> None:
        first, second = sent("00001"), sent("00002")
        reports.paid(first, receipt="UKL1000001")

        delivery = reports.paid(second, receipt="UKL1000001")

        assert delivery == Delivery.CONTRADICTORY
        assert (second.status, second.receipt) == ("accepted", None)

    def test_the_secret_of_another_payout_opens_nothing(
        self, sent: Sent, reports: Any, attempt_of: AttemptOf
    ) -> None:
        mine, other = sent("00001"), sent("00002")

        delivery = reports.paid(mine, secret_digest=bytes(attempt_of(other).secret_digest))

        other.refresh_from_db()
        assert delivery == Delivery.UNMATCHED
        assert {mine.status, other.status} == {"accepted"}
        assert open_alerts() == {"report_does_not_fit"}

    def test_an_unknown_reference_is_unmatched(self, sent: Sent, moved: MovedClock) -> None:
        sent()
        event = PayoutResult(
            reference="PVNOBODY", conversation_id="AG", code="0", text="", receipt="UKL1"
        )
        arrival = Arrival(
            callback_id=1, secret_digest=b"x" * 32, source_listed=True, received_at=moved()
        )

        assert apply_payout_result(event=event, arrival=arrival, at=moved()) == (
            Delivery.UNMATCHED, "",
        )  # fmt: skip


class TestHowFarItIsTrusted:
    def test_from_an_unlisted_source_it_waits_for_a_status_query(
        self, sent: Sent, reports: Any, moved: MovedClock
    ) -> None:
        row = sent()

        delivery = reports.paid(row, listed=False)

        assert (delivery, row.status, row.ask_at) == (Delivery.APPLIED, "accepted", moved())
        reports.asked(row)
        reports.answered(row, PaymentState.COMPLETED)
        assert (row.status, row.receipt) == ("completed", "UKL1000001")

    def test_above_the_limit_it_waits_for_a_status_query(
        self, sent: Sent, reports: Any, settings: Any
    ) -> None:
        settings.VAULT_CONFIRM_ABOVE_KES = 1_000
        small, large = sent("00001", amount="1000"), sent("00002", amount="1001")

        reports.paid(small, receipt="UKL1000001")
        reports.paid(large, receipt="UKL1000002")

        assert (small.status, large.status) == ("completed", "accepted")

    @pytest.mark.parametrize("state", [PaymentState.NOT_PAID, PaymentState.NOT_FOUND])
    def test_a_query_that_disagrees_is_for_a_person_and_nothing_is_sent(
        self, sent: Sent, reports: Any, state: PaymentState
    ) -> None:
        row = sent()
        reports.paid(row, listed=False)
        reports.asked(row)

        delivery = reports.answered(row, state)

        assert delivery == Delivery.CONTRADICTORY
        assert row.status == "accepted"
        assert row.person_needed_at is not None
        assert "contradictory_reports" in open_alerts()
