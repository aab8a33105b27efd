"""Loans with one side bent: each difference is told."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from disbursements.models import DisbursementRequest
from gateways.http import calls
from gateways.models import Call
from loans.models import LoanBooking, LoanProposal, LoanTracking
from tests.lending import act, disburse_by_hand, script
from tests.reconciliation.bending import behind_our_back
from tests.reconciliation.lender import Lender, set_to


class TestPaidTwice:
    def test_two_cycles_without_agreement(self, lender: Lender) -> None:
        loan = lender.pays()
        act(lender.wire, lender.tenant, loan.loan_id, "undodisbursal")
        lender.syncs()
        lender.agrees("pay_again")
        lender.goes_on()
        set_to(LoanProposal.objects, status="rejected")

        found = lender.difference

        assert (found.kind, found.is_loss, found.stake_minor) == ("duplicate", True, 950_000)

    def test_two_payouts_of_one_cycle(self, lender: Lender) -> None:
        loan = lender.pays()
        row = DisbursementRequest.objects.get()
        row.pk, row.client_reference, row.receipt = None, "LOAN-AGAIN", "UKL0000009"
        row.idempotency_key = None
        row.corrects_id = loan.disbursement_id
        row.save(force_insert=True)

        kinds = {each.kind for each in lender.judged.differences}

        assert kinds == {"duplicate"}

    def test_what_came_back_was_not_paid_twice(self, lender: Lender) -> None:
        loan = lender.pays()
        act(lender.wire, lender.tenant, loan.loan_id, "undodisbursal")
        lender.syncs()
        lender.agrees("pay_again")
        lender.goes_on()
        set_to(LoanProposal.objects, status="rejected")
        first = DisbursementRequest.objects.order_by("created_at")[0]
        set_to(
            DisbursementRequest.objects.filter(pk=first.pk),
            status="returned", returned_minor=first.amount_minor,
        )  # fmt: skip

        assert lender.judged.result == "matched"


class TestMifosSaysOtherwise:
    def test_undone_there(self, lender: Lender) -> None:
        loan = lender.pays()
        act(lender.wire, lender.tenant, loan.loan_id, "undodisbursal")
        lender.syncs()

        assert lender.booking.status == "undone"
        assert (lender.difference.kind, lender.difference.is_loss) == ("missing_at_provider", True)

    def test_it_does_not_show_what_we_hold_for_booked(self, lender: Lender) -> None:
        loan = lender.pays()
        act(lender.wire, lender.tenant, loan.loan_id, "undodisbursal")
        lender.syncs()
        set_to(LoanBooking.objects, status="booked")
        set_to(LoanTracking.objects, status="disbursed", held_code="")

        assert lender.difference.kind == "missing_at_provider"

    def test_a_long_answer_tells_as_much_as_a_short_one(
        self, lender: Lender, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(calls, "LOGGED_CHARACTERS_MAX", 400)
        loan = lender.pays()
        act(lender.wire, lender.tenant, loan.loan_id, "undodisbursal")
        lender.syncs()
        set_to(LoanBooking.objects, status="booked")
        set_to(LoanTracking.objects, status="disbursed", held_code="")

        assert Call.objects.filter(response_body__contains='"_kept": "parts of').exists()
        assert lender.difference.kind == "missing_at_provider"

    def test_a_kept_answer_that_is_cut_says_nothing(self, lender: Lender) -> None:
        loan = lender.pays()
        act(lender.wire, lender.tenant, loan.loan_id, "undodisbursal")
        lender.syncs()
        set_to(LoanBooking.objects, status="booked")
        set_to(LoanTracking.objects, status="disbursed", held_code="")
        set_to(Call.objects.filter(provider="fineract"), response_body='{"id": 1, "status"')

        assert lender.judged.result == "matched"

    @pytest.mark.parametrize(
        ("changed", "kind", "about", "is_loss"),
        [
            ({"gross_minor": 1_100_000}, "amount_mismatch", "gross", True),
            ({"gross_minor": 990_000}, "amount_mismatch", "gross", False),
            ({"body": {"actualDisbursementDate": "2026-11-19"}}, "status_mismatch", "day", False),
            ({"receipt": "UKL0000001"}, "status_mismatch", "receipt", False),
        ],
    )
    def test_its_disbursal_is_another(
        self, lender: Lender, changed: dict[str, Any], kind: str, about: str, is_loss: bool
    ) -> None:
        loan = lender.approves()
        script(lender.wire, lender.tenant, "book_lost", loan_id=loan.loan_id)
        lender.goes_on()
        set_to(LoanBooking.objects, **changed)

        found = {(each.kind, each.about): each for each in lender.judged.differences}

        assert found[kind, about].is_loss == is_loss

    def test_it_shows_our_payment_booked_twice(self, lender: Lender) -> None:
        loan = lender.approves()
        script(lender.wire, lender.tenant, "book_lost", loan_id=loan.loan_id)
        lender.goes_on()
        call = Call.objects.filter(url__contains="associations=transactions").latest("id")
        said = json.loads(call.response_body)
        first = next(each for each in said["transactions"] if each["type"]["disbursement"])
        second = first | {"id": first["id"] + 1, "externalId": "somebody's"}
        said["transactions"].append(second)
        set_to(Call.objects.filter(pk=call.pk), response_body=json.dumps(said))

        found = lender.difference

        assert (found.kind, found.about) == ("duplicate", f"transaction {second['id']}")
        assert found.stake_minor == lender.booking.gross_minor

    def test_somebody_else_disbursed_it(self, lender: Lender) -> None:
        loan = lender.approves()
        lender.wire.before_answer = _once(
            lambda: disburse_by_hand(lender.wire, lender.tenant, loan.loan_id)
        )
        lender.goes_on(hours=0.5)

        found = lender.difference

        assert lender.booking.status == "refused"
        assert (found.kind, found.is_loss) == ("status_mismatch", True)


class TestOurSidesDiffer:
    def test_paid_and_not_booked_for_an_hour(self, lender: Lender) -> None:
        loan = lender.approves()
        script(lender.wire, lender.tenant, "book_403_rule", loan_id=loan.loan_id)
        lender.goes_on(hours=0.5)
        before = lender.judged.result
        lender.wire.clock.forward(minutes=70)

        assert before == "pending"
        assert lender.difference.kind == "late"

    def test_disbursed_without_a_booking(self, lender: Lender) -> None:
        lender.pays()
        with behind_our_back() as cursor:
            cursor.execute("DELETE FROM loan_bookings")

        assert (lender.difference.kind, lender.difference.about) == ("status_mismatch", "booking")

    def test_another_amount_was_paid(self, lender: Lender) -> None:
        lender.pays()
        set_to(LoanTracking.objects, net_minor=900_000)

        found = lender.difference

        assert (found.kind, found.stake_minor, found.is_loss) == ("amount_mismatch", 50_000, True)

    def test_failed_here_and_paid_by_its_payout(self, lender: Lender) -> None:
        lender.pays()
        set_to(LoanTracking.objects, status="failed")
        lender.wire.clock.forward(minutes=11)

        assert (lender.difference.kind, lender.difference.is_loss) == ("status_mismatch", True)

    def test_a_payout_that_nobody_followed(self, lender: Lender) -> None:
        loan = lender.approves()
        at = lender.wire.clock()
        DisbursementRequest.objects.filter(pk=loan.disbursement_id).update(
            status="completed", receipt="UKL0000009", completed_at=at, status_at=at
        )
        lender.wire.clock.forward(minutes=11)

        assert (lender.difference.kind, lender.difference.about) == ("status_mismatch", "payout")

    def test_the_money_came_back_and_it_is_booked(self, lender: Lender) -> None:
        lender.pays()
        set_to(DisbursementRequest.objects, status="returned", returned_minor=950_000)

        assert (lender.difference.kind, lender.difference.about) == (
            "status_mismatch", "came back",
        )  # fmt: skip


def _once(call: Callable[[], Any]) -> Callable[[str], None]:
    """At the first payout that leaves."""
    done: list[str] = []

    def run(path: str) -> None:
        if "paymentrequest" in path and not done:
            done.append(path)
            call()

    return run
