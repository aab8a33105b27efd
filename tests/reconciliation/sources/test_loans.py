"""Loans in the ordinary stories: nothing differs, and each is found."""

from collections.abc import Callable
from typing import Any

import pytest

from core.callers import Caller
from disbursements.models import DisbursementRequest
from loans.models import LoanTracking, MifosConnection
from reconciliation.rules.sides import Judgement
from tests.lending import act, script
from tests.reconciliation.lender import SOURCE, Lender, a_person
from tests.wire import START


class TestOrdinaryStories:
    def test_paid_and_booked_matches(self, lender: Lender) -> None:
        lender.pays()

        assert (lender.loan.status, lender.booking.status) == ("disbursed", "booked")
        assert lender.judged == Judgement(result="matched")
        assert lender.record.details["amount"] == 9500

    def test_on_its_way_it_is_pending(self, lender: Lender) -> None:
        lender.approves()

        assert lender.loan.status == "processing_disbursement"
        assert lender.judged == Judgement(result="pending")

    def test_held_it_is_pending(self, lender: Lender) -> None:
        lender.approves(phone="not a phone")

        assert lender.loan.status == "held"
        assert lender.judged.result == "pending"

    @pytest.mark.parametrize(
        "fault", ["book_lost", "book_cut", "book_500_done", "book_drop", "book_late"]
    )
    def test_an_answer_that_was_lost_matches_in_the_end(self, lender: Lender, fault: str) -> None:
        loan = lender.approves()
        script(lender.wire, lender.tenant, fault, loan_id=loan.loan_id)
        lender.goes_on()

        assert lender.booking.status == "booked"
        assert lender.judged.result == "matched"

    def test_a_checker_takes_his_time(self, lender: Lender) -> None:
        loan = lender.approves()
        script(lender.wire, lender.tenant, "book_checker", loan_id=loan.loan_id)
        with pytest.raises(AssertionError, match="not idle"):
            lender.goes_on(hours=0.1)
        before = lender.judged.result
        lender.goes_on()

        assert (before, lender.judged.result) == ("pending", "matched")

    def test_not_paid_matches(self, lender: Lender) -> None:
        lender.approves()
        DisbursementRequest.objects.update(status="failed")
        LoanTracking.objects.update(status="failed")

        assert lender.judged.result == "matched"

    def test_until_the_loan_follows_its_payout_it_is_pending(self, lender: Lender) -> None:
        loan = lender.approves()
        DisbursementRequest.objects.filter(pk=loan.disbursement_id).update(
            status="completed", receipt="UKL0000009", completed_at=lender.wire.clock(),
            status_at=lender.wire.clock(),
        )  # fmt: skip

        assert lender.judged.result == "pending"
        assert SOURCE.ask_afresh([str(loan.pk)], at=lender.wire.clock()) == set()

    def test_given_up_by_two_persons_matches(self, lender: Lender) -> None:
        loan = lender.approves()
        script(lender.wire, lender.tenant, "book_403_rule", loan_id=loan.loan_id)
        lender.goes_on(hours=0.5)
        assert lender.booking.status == "refused"
        lender.agrees("give_up_booking")

        assert lender.booking.status == "given_up"
        assert lender.judged.result == "matched"

    def test_paid_again_by_two_persons_is_not_twice(self, lender: Lender) -> None:
        loan = lender.pays()
        act(lender.wire, lender.tenant, loan.loan_id, "undodisbursal")
        lender.syncs()
        lender.agrees("pay_again")
        lender.goes_on()

        assert (lender.loan.cycle, lender.loan.status) == (2, "disbursed")
        assert DisbursementRequest.objects.filter(status="completed").count() == 2
        assert lender.judged.result == "matched"


class TestTheSource:
    def test_many_are_read_with_as_many_queries_as_one(
        self, lender: Lender, django_assert_num_queries: Callable[..., Any]
    ) -> None:
        ids = [str(lender.approves(phone=f"0700 100 00{each}").pk) for each in range(1, 4)]
        lender.goes_on()

        with django_assert_num_queries(6):
            SOURCE.read(ids[:1])
        with django_assert_num_queries(6):
            found = SOURCE.read(ids)

        assert sorted(found) == sorted(ids)
        assert SOURCE.read(["no id"]) == {}

    def test_its_mifos_is_asked_sooner(self, lender: Lender) -> None:
        loan = lender.approves()
        script(lender.wire, lender.tenant, "book_403_rule", loan_id=loan.loan_id)
        lender.goes_on(hours=0.5)
        at = lender.wire.clock()

        asked = SOURCE.ask_afresh([str(loan.pk)], at=at)

        assert asked == {str(loan.pk)}
        assert lender.booking.due_at == at
        assert MifosConnection.objects.get().next_sync_at <= at

    def test_a_server_that_is_left_alone_is_not_asked(self, lender: Lender) -> None:
        loan = lender.pays()
        at = lender.wire.clock()
        MifosConnection.objects.update(not_before=lender.wire.clock.forward(hours=1))

        assert SOURCE.ask_afresh([str(loan.pk)], at=at) == set()

    def test_what_is_not_booked_is_stuck(self, lender: Lender) -> None:
        loan = lender.approves()
        script(lender.wire, lender.tenant, "book_403_rule", loan_id=loan.loan_id)
        lender.goes_on(hours=0.5)
        at = lender.wire.clock()

        assert SOURCE.stuck(at=at, limit=10) == []
        assert SOURCE.stuck(at=lender.wire.clock.forward(hours=2), limit=10) == [str(loan.pk)]

    def test_behind_a_payout_that_is_over_it_is_stuck_and_before_that_not(
        self, lender: Lender
    ) -> None:
        loan = lender.approves()
        at = lender.wire.clock.forward(hours=2)
        under_way = SOURCE.stuck(at=at, limit=10)
        DisbursementRequest.objects.update(status="failed")

        assert (under_way, SOURCE.stuck(at=at, limit=10)) == ([], [str(loan.pk)])

    def test_it_is_found_by_its_numbers(self, lender: Lender) -> None:
        loan = lender.pays()
        foreign = Caller(actor="x", origin="api", partners=frozenset(), permissions=None)
        texts = [str(loan.pk), str(loan.loan_id), loan.account_no]

        found = SOURCE.find_many(texts, caller=a_person("amina"))

        assert {each: [hit.subject_id for hit in hits] for each, hits in found.items()} == {
            each: [str(loan.pk)] for each in texts
        }
        assert SOURCE.find_many(texts, caller=foreign) == {}
        assert SOURCE.find_many([loan.client_reference], caller=a_person("amina")) == {}

    def test_steps_of_its_booking_lead_to_it(self, lender: Lender) -> None:
        loan = lender.pays()
        booking = str(lender.booking.pk)

        found = SOURCE.of_steps({"LoanTracking": [str(loan.pk)], "LoanBooking": [booking]})

        owned = (str(loan.pk), lender.partner.pk)
        assert found == {
            ("LoanTracking", str(loan.pk)): owned, ("LoanBooking", booking): owned,
        }  # fmt: skip
        assert [str(loan.pk)] in list(SOURCE.since(START))
