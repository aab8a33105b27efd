"""GET /api/mifos/loans and of one: what each caller sees, and by which filters."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from loans.api.query import OF_LOANS
from loans.queries.selection import CONDITIONS
from tests.disbursements.api.conftest import Caller
from tests.loans.admin.scene import Lent, row
from tests.loans.api.conftest import Staff
from vault.models import Partner

PATH = "/api/mifos/loans"
VIEW, PHONES = "loans.view_loantracking", "disbursements.see_phones"


NARROWED: list[tuple[dict[str, str], list[int]]] = [
    ({"status": "failed,pending_disbursement"}, [101, 105, 112]),
    ({"heldCode": "no_phone,group_loan"}, [103, 110]),
    ({"booking": "not_booked"}, [107, 109]),
    ({"booking": "booked"}, [106]),
    ({"booking": "open"}, [108]),
    ({"booking": "none", "status": "failed"}, [105]),
    ({"proposal": "proposed"}, [107]),
    ({"proposal": "rejected"}, []),
    ({"loanId": "101,103,999"}, [101, 103]),
    ({"productId": "2"}, [111]),
    ({"clientId": "4101"}, [101]),
    ({"again": "yes"}, [112]),
    ({"released": "yes"}, [112]),
    ({"expectedFrom": "2026-11-22"}, [101]),
    ({"expectedTo": "2026-11-20"}, []),
    ({"amountFrom": "20,000"}, [112]),
    ({"amountTo": "9000"}, []),
    ({"paidFrom": "2026-11-01", "booking": "booked"}, [106]),
    ({"paidTo": "2026-11-01"}, []),
    ({"from": "2030-01-01"}, []),
    ({"to": "2020-01-01"}, []),
    ({"unchangedSince": "2020-01-01"}, []),
    ({"search": "000000103"}, [103]),
    ({"search": "4104"}, [104]),
    ({"search": "104"}, [104]),
    ({"search": "25,000"}, [112]),
    ({"search": "zaw exam"}, [112]),
    ({"search": "ext-106"}, [106]),
]


def numbers(answer: Any) -> list[int]:
    assert answer.status_code == 200, answer.content
    return sorted(each["loanId"] for each in answer.json()["loans"])


@pytest.fixture
def morning(loans: Lent) -> Lent:
    loans.morning()
    return loans


class TestWhoSeesWhat:
    def test_a_key_sees_its_partners_and_another_none(
        self, loans: Lent, key: Caller, stranger: tuple[Partner, Caller]
    ) -> None:
        loan = loans.loan(101)

        own, others = key.get(PATH), stranger[1].get(PATH)
        one, not_theirs = key.get(f"{PATH}/{loan.pk}"), stranger[1].get(f"{PATH}/{loan.pk}")

        assert (numbers(own), numbers(others)) == ([101], [])
        assert (one.json()["loan"]["loanId"], not_theirs.status_code) == (101, 404)

    def test_staff_by_permission_and_by_partner(
        self, loans: Lent, staff: Staff, stranger: tuple[Partner, Caller]
    ) -> None:
        loans.loan(101)

        without = staff("vault.view_partner").get(PATH)

        assert numbers(staff(VIEW).get(PATH)) == [101]
        assert numbers(staff(VIEW, partner=stranger[0]).get(PATH)) == []
        assert (without.status_code, without.json()["code"]) == (403, "permission_missing")

    def test_no_id_and_nobodys_id_are_404(self, loans: Lent, key: Caller) -> None:
        answers = [key.get(f"{PATH}/{text}") for text in ("x", str(uuid4()), "123", "..x/")]

        assert {answer.status_code for answer in answers} == {404}


class TestPhones:
    def test_only_those_who_may_see_them(self, loans: Lent, staff: Staff) -> None:
        changed = [{"field": "msisdn", "tracked": "254700100101", "now": "254700100999"}]
        loan = loans.loan(
            101, "held", held_code="changed", differences=changed,
            phone_as_written="07-00-10-01-01", held_text="was 0700 100 999",
        )  # fmt: skip
        hidden, seen = staff(VIEW), staff(VIEW, PHONES)

        texts = [
            each.get(path).content.decode()
            for each in (hidden, seen)
            for path in (PATH, f"{PATH}/{loan.pk}")
        ]

        assert not any(
            part in text for text in texts[:2] for part in ("700100", "100 999", "00-10-01")
        )
        assert all("254700100101" in text and "07-00-10-01-01" in text for text in texts[2:])
        assert "254700100999" in texts[3]

    def test_a_search_by_phone_finds_nothing_for_the_others(
        self, loans: Lent, staff: Staff
    ) -> None:
        loans.loan(101)

        found = [staff(*may).get(PATH, search="0700100101") for may in ((VIEW, PHONES), (VIEW,))]

        assert [numbers(answer) for answer in found] == [[101], []]


class TestWhatIsSaid:
    def test_a_loan_that_is_paid_and_not_booked(self, morning: Lent, key: Caller) -> None:
        loan = row(107)

        said = key.get(f"{PATH}/{loan.pk}").json()["loan"]

        assert (said["netAmount"], said["grossAmount"]) == (9500, 10000)
        assert said["disbursement"]["receipt"] == loan.disbursement.receipt
        assert said["booking"]["status"] == "refused"
        assert "holiday" in said["booking"]["meaning"]
        assert said["bookings"] == [said["booking"]]
        sides = [event["side"] for event in said["timeline"]]
        assert {"mifos", "mpesa"} == set(sides)
        moments = [event["at"] for event in said["timeline"]]
        assert moments == sorted(moments)

    def test_a_changed_one_shows_what_differs(self, morning: Lent, key: Caller) -> None:
        said = key.get(f"{PATH}/{row(102).pk}").json()["loan"]

        assert (said["status"], said["heldCode"], said["releasable"]) == ("held", "changed", True)
        assert said["whatToDo"]
        assert said["differences"] == [
            {"field": "msisdn", "tracked": "254700100102", "now": "254700100999"},
            {"field": "netAmount", "tracked": 9500, "now": 14500},
        ]

    def test_the_summary_is_of_all_that_matches(self, morning: Lent, key: Caller) -> None:
        answer = key.get(PATH, limit=1, status="held,disbursed")

        said = answer.json()["summary"]
        assert len(answer.json()["loans"]) == 1
        assert said["held"] == {"count": 5, "amounts": {"KES": 47500}}
        assert said["disbursed"]["count"] == 3
        assert said["pending_disbursement"] == {"count": 0, "amounts": {}}
        assert said["not_booked"]["count"] == 2

    def test_a_currency_that_nobody_knows_has_no_amount(self, loans: Lent, key: Caller) -> None:
        loans.loan(101, "held", held_code="currency", currency="ZZZ", net_minor=0, gross_minor=0)

        said = key.get(PATH).json()

        assert said["loans"][0]["netAmount"] is None
        assert said["summary"]["held"] == {"count": 1, "amounts": {}}

    def test_many_cost_as_many_queries_as_one(self, morning: Lent, key: Caller) -> None:
        key.get(PATH)  # notes that the key was used

        with CaptureQueriesContext(connection) as one:
            key.get(PATH, limit=1)
        with CaptureQueriesContext(connection) as many:
            assert len(key.get(PATH).json()["loans"]) == 11

        assert len(many) == len(one)


class TestPages:
    def test_newest_first_and_none_twice(self, loans: Lent, key: Caller) -> None:
        made = [101, 102, 103, 104, 105]  # two of one moment each
        for number in made:
            loans.loan(number)
            if number % 2:
                loans.wire.clock.forward(minutes=1)

        seen, cursor = [], ""
        while cursor is not None:
            asked = {"limit": 2} | ({"cursor": cursor} if cursor else {})
            answer = key.get(PATH, **asked).json()
            seen += [each["loanId"] for each in answer["loans"]]
            cursor = answer["nextCursor"]

        assert sorted(seen) == made
        assert (set(seen[:2]), set(seen[2:4]), seen[4]) == ({104, 105}, {102, 103}, 101)


class TestFilters:
    def test_every_filter_of_the_desk_is_one_of_the_api(self) -> None:
        assert set(OF_LOANS.values()) == set(CONDITIONS)

    def test_each_narrows_the_list(self, morning: Lent, key: Caller) -> None:
        morning.proposal(107)
        morning.loan(
            112, cycle=2, released_at=morning.wire.clock(), net_minor=2_500_000,
            gross_minor=2_600_000, client_name="Zawadi Example",
        )  # fmt: skip

        found = [numbers(key.get(PATH, **asked)) for asked, _ in NARROWED]

        assert found == [expected for _, expected in NARROWED]

    def test_a_search_by_what_names_the_payout(self, morning: Lent, key: Caller) -> None:
        loan = row(106)
        payout = loan.disbursement

        terms = (str(loan.pk), str(payout.pk), payout.receipt.lower(), loan.client_reference)
        found = [numbers(key.get(PATH, search=term)) for term in terms]

        assert found == [[106]] * len(terms)

    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("status", "paid"), ("heldCode", "x"), ("booking", "maybe"), ("partner", "7"),
            ("loanId", "12x"), ("loanId", "9" * 19), ("expectedFrom", "2026-13-01"),
            ("from", "yesterday"), ("amountFrom", "-1"), ("again", "perhaps"), ("limit", "0"),
            ("cursor", "x"), ("search", ""), ("search", "x" * 201), ("colour", "red"),
        ],
    )  # fmt: skip
    def test_what_cannot_be_read_is_refused_by_name(
        self, loans: Lent, key: Caller, name: str, text: str
    ) -> None:
        answer = key.get(PATH, **{name: text})

        assert (answer.status_code, list(answer.json()["fields"])) == (400, [name])

    def test_a_filter_by_anothers_partner_finds_nothing(
        self, loans: Lent, stranger: tuple[Partner, Caller]
    ) -> None:
        loan = loans.loan(101)

        answers = [
            stranger[1].get(PATH, **asked)
            for asked in ({"partner": str(loans.partner.pk)}, {"search": str(loan.pk)})
        ]

        assert [numbers(answer) for answer in answers] == [[], []]
