"""Trap 12: a client's phone is whatever somebody typed, or is not there."""

import pytest

from tests.loans.traps.conftest import Lender


class TestPhones:
    @pytest.mark.parametrize(
        "written", ["0700 100 001", "+254-700-100-001", "254700100001", "0700100001 / 0700100001"]
    )
    def test_one_number_in_any_form_is_paid(self, lender: Lender, written: str) -> None:
        lender.approves(7, phone=written)

        lender.pays()
        lender.books()

        assert lender.booking().disbursement.msisdn == "254700100001"
        assert lender.booking().body["accountNumber"] == "254700100001"

    @pytest.mark.parametrize(
        ("written", "code"),
        [
            ("", "no_phone"),
            ("0700 100 001 or 0700 100 002", "several_phones"),
            ("ask her brother", "no_phone"),
            ("0700 100", "bad_phone"),
        ],
    )
    def test_anything_else_is_held(self, lender: Lender, written: str, code: str) -> None:
        lender.approves(7, phone=written)

        lender.pays()

        assert (lender.loan().status, lender.loan().held_code) == ("held", code)

    def test_the_loan_of_a_group_is_held(self, lender: Lender) -> None:
        lender.approves(7, kind="group")

        lender.pays()

        assert (lender.loan().status, lender.loan().held_code) == ("held", "group_loan")
