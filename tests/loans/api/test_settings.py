"""A partner's Mifos X and its loan products over the API."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from gateways import registry
from gateways.memory import MemoryLoans, memory_loan_book, memory_loan_desk
from loans.models import LoanProductAutoDisbursalConfig, MifosConnection
from loans.operations.reach_mifos import open_line
from tests.disbursements.api.conftest import Caller
from tests.lending import a_connection, a_product
from tests.loans.api.conftest import PATH, Staff
from tests.wire import MovedClock
from vault.models import Partner, Shortcode

CONNECTION, CHECK, PRODUCT = f"{PATH}/connection", f"{PATH}/connection/check", f"{PATH}/products/7"
SETS = ("loans.change_loanproductautodisbursalconfig", "loans.add_loanproductautodisbursalconfig")
BODY: dict[str, Any] = {
    "minAmount": 1000, "maxAmount": "50000", "enabled": True, "dailyCountMax": 20,
    "reason": "agreed with the partner on 3 March",
}  # fmt: skip


def put(caller: Caller, path: str, body: dict[str, Any]) -> Any:
    """PUT as the caller."""
    return caller.client.put(
        path, json.dumps(body), content_type="application/json", headers=caller.headers(None)
    )


@pytest.fixture
def server() -> Iterator[MemoryLoans]:
    loans = MemoryLoans()
    with registry.use_loan_book(memory_loan_book(loans), memory_loan_desk(loans)):
        yield loans


@pytest.fixture
def mifos(a_partner: Partner, a_shortcode: Shortcode) -> MifosConnection:
    return a_connection(a_partner)


class TestTheConnection:
    def test_a_key_reads_its_own_and_no_secret_of_it(
        self, mifos: MifosConnection, key: Caller
    ) -> None:
        answer = key.get(CONNECTION)

        told = answer.json()["connection"]
        assert (told["host"], told["shortcode"]) == (mifos.host, "600111")
        assert mifos.password() not in answer.content.decode()
        assert "callbacks" not in answer.content.decode()

    def test_a_stranger_finds_nothing(
        self, mifos: MifosConnection, stranger: tuple[Partner, Caller]
    ) -> None:
        named = stranger[1].get(f"{CONNECTION}?partner={mifos.partner_id}")

        assert (stranger[1].get(CONNECTION).status_code, named.status_code) == (404, 404)

    def test_staff_of_all_name_the_partner(self, mifos: MifosConnection, staff: Staff) -> None:
        person = staff("loans.view_mifosconnection")

        without, wrong = person.get(CONNECTION), person.get(f"{CONNECTION}?partner=x")

        assert (without.status_code, wrong.status_code) == (400, 400)
        assert "partner" in without.json()["fields"]
        assert person.get(f"{CONNECTION}?partner={mifos.partner_id}").status_code == 200


class TestTheCheck:
    def test_it_says_what_is_missing(
        self, mifos: MifosConnection, server: MemoryLoans, key: Caller
    ) -> None:
        server.permissions.discard("DISBURSE_LOAN")

        answer = key.post({}, path=CHECK)

        found = {each["what"]: each for each in answer.json()["connection"]["findings"]}
        assert answer.status_code == 200
        assert not answer.json()["inOrder"]
        assert found["permission DISBURSE_LOAN"]["stops"]
        assert "Nothing is fetched, paid or booked" in answer.json()["whatFollows"]

    def test_it_does_not_disturb_a_sync(
        self, mifos: MifosConnection, server: MemoryLoans, key: Caller, moved: MovedClock,
        together: Any,
    ) -> None:  # fmt: skip
        with open_line(mifos, at=moved()):
            [answer] = together(lambda: key.post({}, path=CHECK))

        assert (answer.status_code, answer.json()["code"]) == (409, "already_running")

    def test_a_key_that_only_reads_may_not(
        self, mifos: MifosConnection, server: MemoryLoans, reading_key: Caller
    ) -> None:
        assert reading_key.post({}, path=CHECK).status_code == 403
        assert server.calls == []


class TestProducts:
    def test_staff_set_one_and_the_same_again_changes_nothing(
        self, a_partner: Partner, staff: Staff
    ) -> None:
        person = staff(*SETS, partner=a_partner)

        first, again = put(person, PRODUCT, BODY), put(person, PRODUCT, BODY)

        assert (first.status_code, again.json()) == (200, first.json())
        told = first.json()["product"]
        assert (told["minAmount"], told["maxAmount"], told["dailyCountMax"]) == (1000, 50000, 20)
        assert LoanProductAutoDisbursalConfig.objects.get().max_amount_minor == 5_000_000

    def test_a_key_reads_its_own_and_sets_none(
        self, a_partner: Partner, key: Caller, stranger: tuple[Partner, Caller]
    ) -> None:
        a_product(a_partner, 7)

        listed = key.get(f"{PATH}/products").json()["products"]

        assert [each["productId"] for each in listed] == [7]
        assert put(key, PRODUCT, BODY).status_code == 403
        assert stranger[1].get(PRODUCT).status_code == 404
        assert stranger[1].get(f"{PATH}/products").json()["products"] == []

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"maxAmount": 300_000}, "maxAmount"),
            ({"minAmount": "12,5"}, "minAmount"),
            ({"minAmount": True}, "minAmount"),
            ({"dailyCountMax": -1}, "dailyCountMax"),
            ({"enabled": "yes"}, "enabled"),
            ({"reason": "short"}, "reason"),
            ({"currency": "USD"}, "currency"),
            ({"status": "paid"}, "status"),
        ],
    )
    def test_each_wrong_field_is_named(
        self, a_partner: Partner, staff: Staff, changes: dict[str, Any], field: str
    ) -> None:
        answer = put(staff(*SETS, partner=a_partner), PRODUCT, {**BODY, **changes})

        assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
        assert not LoanProductAutoDisbursalConfig.objects.exists()

    def test_to_add_is_another_permission_than_to_change(
        self, a_partner: Partner, staff: Staff
    ) -> None:
        person = staff(SETS[0], partner=a_partner)

        answer = put(person, PRODUCT, BODY)

        assert answer.status_code == 403
        assert "add_loanproduct" in answer.json()["error"]

    @pytest.mark.parametrize("number", ["0", "x", "99999999999999999999"])
    def test_no_number_of_a_product(self, a_partner: Partner, staff: Staff, number: str) -> None:
        person = staff(*SETS, "loans.view_loanproductautodisbursalconfig", partner=a_partner)

        answers = [
            person.get(f"{PATH}/products/{number}"),
            put(person, f"{PATH}/products/{number}", BODY),
        ]

        assert {answer.status_code for answer in answers} <= {400, 404}
