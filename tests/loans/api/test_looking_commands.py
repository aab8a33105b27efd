"""manage.py loans and manage.py loan: the same filters and words as at the desk."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from loans.queries.selection import CONDITIONS
from loans.rules.filter_words import FILTER_WORDS
from tests.loans.admin.scene import Lent, row


def told(*arguments: str) -> Any:
    out = StringIO()
    call_command(*arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


def text_of(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


class TestLoans:
    def test_figures_and_the_newest_that_match(self, loans: Lent) -> None:
        loans.morning()

        said = told("loans", "--booking", "not_booked", "--amount-from", "9000")
        words = text_of("loans", "--status", "held", "--held", "no_phone")

        assert sorted(each["loanId"] for each in said["loans"]) == [107, 109]
        assert said["summary"]["not_booked"] == {"count": 2, "amounts": {"KES": "19000.00"}}
        assert words.startswith("held: 1, KES 9,500.00\nloan 103 of ")
        assert "The client has no phone number in Mifos X." in words

    def test_every_filter_has_its_words(self) -> None:
        assert set(FILTER_WORDS) == {*CONDITIONS, "search"}

    def test_what_cannot_be_read_is_refused(self, loans: Lent) -> None:
        with pytest.raises(CommandError, match="status: use one or more of"):
            told("loans", "--status", "paid")

    def test_a_currency_that_nobody_knows_is_said(self, loans: Lent) -> None:
        loans.loan(101, "held", held_code="currency", currency="ZZZ", net_minor=0, gross_minor=0)

        assert "an amount in ZZZ" in text_of("loans")
        assert told("loans")["loans"][0]["netAmount"] is None


class TestLoan:
    def test_by_number_or_id_with_its_booking_and_timeline(self, loans: Lent) -> None:
        loans.morning()

        by_number, by_id = told("loan", "107"), told("loan", str(row(107).pk))
        words = text_of("loan", "107")

        assert by_number == by_id
        assert by_number["bookings"][0]["status"] == "refused"
        assert {event["source"].partition(":")[0] for event in by_number["timeline"]} == {
            "Mifos X", "M-Pesa",
        }  # fmt: skip
        assert "holiday" in words
        assert "Mifos X: loan  Loan disbursed" in words
        assert "M-Pesa: ledger" in words

    def test_one_that_nobody_tracks(self, loans: Lent) -> None:
        with pytest.raises(CommandError, match="neither our id nor the number"):
            told("loan", "999")
