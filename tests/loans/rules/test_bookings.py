"""The pure parts of a booking: what an answer means, which day, what the loan shows."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from gateways.errors import Declined, GatewayError, Unclear, Unreachable
from gateways.interface import AccessRefused, AskAgain, Exchange, FoundDisbursal
from loans.rules import booking_answers, booking_words
from loans.rules.booking_answers import TRIES_MAX, Then, after, wait_minutes
from loans.rules.booking_body import booked_on, booking_body, refusal_note
from loans.rules.booking_words import explain
from loans.rules.disbursals_seen import Sight, see
from loans.rules.proposing import why_not
from loans.states import BookingStatus

NEVER_DISBURSED = "error.msg.loan.disbursal.account.is.not.approve.not.disbursed.state"


def new_key() -> AskAgain:
    error = AskAgain("an optimistic lock")
    error.new_key = True
    return error


def answered(status: int | None) -> Exchange:
    return Exchange(
        method="POST", url="x", started_at=datetime(2026, 11, 21, tzinfo=UTC), duration_ms=1,
        http_status=status,
    )  # fmt: skip


class TestAnswers:
    @pytest.mark.parametrize(
        ("error", "then"),
        [
            (AccessRefused("401"), Then.STOP),
            (AskAgain("locked"), Then.LATER),
            (new_key(), Then.LATER_WITH_NEW_KEY),
            (Unreachable("refused"), Then.STOP),
            (Unclear("cut"), Then.LOOK),
            (Declined("no", code="error.msg.client.not.active.exception"), Then.REFUSED),
            (Declined("clash", code="error.msg.data.integrity.issue"), Then.LOOK),
            (Declined("clash", code="error.msg.loan.duplicate.externalId"), Then.LOOK),
            (Declined("state", code=NEVER_DISBURSED), Then.LOOK),
        ],
    )
    def test_each_kind_has_one_next_step(self, error: GatewayError, then: Then) -> None:
        assert after(error) == then

    @pytest.mark.parametrize(
        ("error", "servers"),
        [
            (AccessRefused("401"), True),
            (Unreachable("refused"), True),
            (Unclear("no answer", exchange=answered(None)), True),
            (Unclear("500", exchange=answered(500)), False),
            (AskAgain("locked"), False),
            (Declined("no"), False),
        ],
    )
    def test_one_loans_trouble_is_not_the_servers(
        self, error: GatewayError, servers: bool
    ) -> None:
        assert booking_answers.is_of_the_server(error) is servers

    @pytest.mark.parametrize(
        ("error", "code"),
        [
            (Unclear("x", code="error.msg.y", exchange=answered(500)), "error.msg.y"),
            (Unclear("x", exchange=answered(500)), "500"),
            (Unclear("x", exchange=answered(200)), ""),
            (Unclear("x"), ""),
        ],
    )
    def test_its_code_or_its_status(self, error: GatewayError, code: str) -> None:
        assert booking_answers.code_of(error) == code

    def test_the_waits_end_after_six_hours(self) -> None:
        assert 350 <= sum(wait_minutes(tries) for tries in range(1, TRIES_MAX)) <= 370


class TestDay:
    def test_late_in_the_evening_it_is_the_tenants_day(self) -> None:
        late = datetime(2026, 11, 21, 19, 0, tzinfo=UTC)  # 22:00 in Nairobi, 00:30 in Kolkata

        def day(zone: str, business_date: date) -> date:
            return booked_on(
                paid_at=late, time_zone=zone, business_date=business_date, approved_on=None
            )

        assert day("Africa/Nairobi", date(2026, 11, 22)) == date(2026, 11, 21)
        assert day("Asia/Kolkata", date(2026, 11, 22)) == date(2026, 11, 22)
        assert day("Africa/Nairobi", date(2026, 11, 20)) == date(2026, 11, 20)

    def test_never_before_the_approval(self) -> None:
        day = booked_on(
            paid_at=datetime(2026, 11, 19, tzinfo=UTC), time_zone="Africa/Nairobi",
            business_date=date(2026, 11, 21), approved_on=date(2026, 11, 20),
        )  # fmt: skip

        assert day == date(2026, 11, 20)


class TestBody:
    def test_an_amount_with_cents_stays_exact(self) -> None:
        def amount(minor: int) -> Any:
            return booking_body(
                day=date(2026, 11, 21), gross_minor=minor, currency="KES", payment_type_id=2,
                receipt="R" * 60, msisdn="254700100001", external_id="x",
            )["transactionAmount"]  # fmt: skip

        assert (amount(1_000_000), amount(1_000_050)) == (10_000, "10000.50")
        assert isinstance(amount(1_000_000), int)

    def test_texts_fit(self) -> None:
        body = booking_body(
            day=date(2026, 11, 21), gross_minor=100, currency="KES", payment_type_id=2,
            receipt="R" * 2_000, msisdn="254700100001", external_id="x",
        )  # fmt: skip
        note = refusal_note(amount_minor=100, currency="KES", receipt="R", why="w" * 2_000)

        assert (len(str(body["receiptNumber"])), len(str(body["note"])), len(note)) == (
            50, 1_000, 1_000
        )  # fmt: skip


def found(**changes: Any) -> FoundDisbursal:
    facts: dict[str, Any] = {
        "transaction_id": 77, "external_id": "", "receipt": "", "reversed": False,
        "amount_minor": 100, "on": date(2026, 11, 21),
    }  # fmt: skip
    return FoundDisbursal(**(facts | changes))


class TestSight:
    @pytest.mark.parametrize(
        ("rows", "sight"),
        [
            ([], Sight.NOTHING),
            ([found(external_id="ours")], Sight.OURS),
            ([found(receipt="skl1")], Sight.OURS),
            ([found(receipt="CASH")], Sight.ANOTHERS),
            ([found(receipt="OLD1")], Sight.EARLIER),
            ([found(external_id="ours", reversed=True)], Sight.OURS_UNDONE),
            ([found(external_id="ours-1", reversed=True)], Sight.NOTHING),
            ([found(receipt="SKL1", reversed=True)], Sight.NOTHING),
            ([found(external_id="ours", reversed=True), found()], Sight.ANOTHERS),
            ([found(receipt="CASH"), found(external_id="ours")], Sight.OURS),
        ],
    )
    def test_what_the_loan_shows(self, rows: list[FoundDisbursal], sight: Sight) -> None:
        seen = see(rows, external_id="ours", receipt="SKL1", earlier_receipts=["OLD1"])

        assert seen.sight == sight

    def test_a_payout_without_a_receipt_is_not_taken_for_any(self) -> None:
        assert see([found()], external_id="ours", receipt="").sight == Sight.ANOTHERS

    def test_it_is_named_for_people(self) -> None:
        seen = see([found(receipt="CASH")], external_id="ours", receipt="SKL1")

        assert seen.text == "transaction 77, receipt CASH, of 21 Nov 2026"


class TestWords:
    def test_each_code_of_ours_is_explained(self) -> None:
        unknown = explain("error.msg.never.seen")
        ours = (
            booking_words.DISBURSED_ELSEWHERE, booking_words.EARLIER_CYCLE,
            booking_words.NOT_APPROVED, booking_words.CAME_BACK, booking_words.CHECKER_REJECTED,
            booking_words.CHECKER_GONE, booking_words.UNDONE, booking_words.PAID_LATE,
            booking_words.NOT_THERE, booking_words.NO_ANSWER, booking_words.PAYMENT_TYPE,
        )  # fmt: skip

        for code in ours:
            assert explain(code) != unknown
            assert explain(code).what_to_do.endswith(".")

    def test_a_code_with_a_name_inside_is_found(self) -> None:
        told = explain("error.msg.entry.required.in.datatable.[loan_checks]")

        assert "data table" in told.what


class TestWhyNot:
    def test_what_is_under_way_must_end_first(self) -> None:
        loan = SimpleNamespace(status="held", held_code="came_back")
        for status in BookingStatus:
            no = why_not("pay_again", loan, SimpleNamespace(status=status))
            under_way = status in ("sending", "unknown", "waits_for_checker")
            assert bool(no) is under_way

    def test_only_these_may_be_given_up(self) -> None:
        loan = SimpleNamespace(status="disbursed", held_code="")
        may = {
            status
            for status in BookingStatus
            if not why_not("give_up_booking", loan, SimpleNamespace(status=status))
        }

        assert may == {"due", "refused", "undone"}

    def test_a_loan_that_was_not_paid_has_nothing_to_decide(self) -> None:
        loan = SimpleNamespace(status="held", held_code="by_hand")

        assert "not paid" in why_not("pay_again", loan, None)
        assert "one of" in why_not("lunch", loan, None)
