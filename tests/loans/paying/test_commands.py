"""Holding, releasing, looking again and trying again from the command line."""

import pytest

from loans.operations.process import process
from tests.commands import answer_of, refusal_of, said
from tests.loans.paying.desk import NEW_PHONE, changed_phone
from tests.loans.paying.house import LOAN, REASON, House, steps_of
from tests.people import PASSWORD, a_person

NUMBER = str(LOAN)
BECAUSE = ("--reason", REASON)


class TestHolding:
    def test_it_is_paid_to_nobody_until_it_is_released(self, house: House) -> None:
        house.tracked()

        held = answer_of("hold_loan", NUMBER, *BECAUSE)
        house.runs(process)
        released = answer_of("release_loan", str(house.loan().pk), *BECAUSE)

        assert (held["status"], held["heldCode"]) == ("held", "by_hand")
        assert released["status"] == house.loan().status == "pending_disbursement"
        assert any(REASON in each for each in steps_of(house.loan().pk))

    def test_what_is_paid_is_refused_in_a_sentence(self, house: House) -> None:
        house.paid()

        refusal = refusal_of("hold_loan", NUMBER, *BECAUSE)

        assert (refusal.returncode, "it is paid" in str(refusal)) == (1, True)

    @pytest.mark.parametrize("verb", ["hold_loan", "release_loan", "retry_loan"])
    def test_a_reason_is_needed(self, house: House, verb: str) -> None:
        house.tracked()

        missing, short = refusal_of(verb, NUMBER), refusal_of(verb, NUMBER, "--reason", "why")

        assert "--reason" in str(missing)
        assert "write 8 to 500" in str(short)
        assert house.loan().status == "pending_disbursement"


class TestReleasing:
    def test_what_differs_is_shown_before_it_is_accepted(self, house: House) -> None:
        changed_phone(house)

        shown = said("loan", NUMBER)
        told = answer_of("loan", NUMBER)["differences"]
        released = answer_of("release_loan", NUMBER, *BECAUSE)

        assert "differs: phone, tracked as +254700100001, now +254700100002" in shown
        assert told == [{"field": "msisdn", "tracked": "+254700100001", "now": "+254700100002"}]
        assert (released["msisdn"], released["differences"]) == ("+254700100002", [])

    def test_what_differs_again_releases_nothing(self, house: House) -> None:
        changed_phone(house)
        house.mifos.change(LOAN, net_minor=900_000)

        refusal = refusal_of("release_loan", NUMBER, *BECAUSE)

        assert "look at the differences" in str(refusal)
        assert "to the client, tracked as 9500.00, now 9000.00" in said("loan", NUMBER)
        assert house.loan().status == "held"


class TestLookingAgain:
    def test_what_differs_by_now_holds_it(self, house: House) -> None:
        house.tracked()
        house.mifos.change_client(LOAN, phone_as_written=NEW_PHONE)

        words = said("recheck_loan", NUMBER)

        assert house.loan().held_code == "changed"
        assert "Compare the differences" in words
        assert "now +254700100002" in words

    def test_what_was_mended_goes_on(self, house: House) -> None:
        house.tracked(phone="")
        house.mifos.change_client(LOAN, phone_as_written="0700 100 001")

        assert answer_of("recheck_loan", NUMBER)["status"] == "pending_disbursement"


class TestTryingAgain:
    def test_it_is_on_its_way_again(self, house: House) -> None:
        house.failed()

        told = answer_of("retry_loan", NUMBER, *BECAUSE)

        assert told["status"] == "processing_disbursement"
        assert house.payout().status == "retrying"

    def test_only_what_failed(self, house: House) -> None:
        house.tracked()

        assert "payout failed" in str(refusal_of("retry_loan", NUMBER, *BECAUSE))


class TestWhoMay:
    def test_who_may_not_see_phones_is_shown_none(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("VAULT_STAFF_PASSWORD", PASSWORD)
        changed_phone(house)
        person = a_person("loans.view_loantracking", "loans.hold_loantracking")

        words = said("recheck_loan", NUMBER, "--as", person.username)
        told = answer_of("loan", NUMBER, "--as", person.username)

        assert "+254700100002" not in words + str(told)
        assert "now +254 700 ••• 002" in words

    def test_an_unknown_loan_is_named(self, house: House) -> None:
        assert "an example is 4711" in str(refusal_of("hold_loan", "99", *BECAUSE))
