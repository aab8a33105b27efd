"""Answers that are too long to be kept whole: what is read again of them is kept all the same."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import responses

from gateways.http.calls import LOGGED_CHARACTERS_MAX
from gateways.interface import Exchange
from gateways.kept_answers import loan_said, transfers
from gateways.models import Call
from gateways.stripe.answers import exchange_of
from tests.gateways.fineract_answers import LOAN, Keeper, book, loan
from tests.gateways.fineract_answers import transaction as disbursal
from tests.gateways.stripe_answers import answer, transfer

LONG = "x" * LOGGED_CHARACTERS_MAX
REPAYMENT = {"id": 5, "type": {"id": 2, "disbursement": False}, "note": "y" * 300}


@pytest.fixture
def border() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


def read(border: responses.RequestsMock, **changes: Any) -> Exchange:
    """What is kept of a look at the loan's disbursals."""
    keeper = Keeper()
    border.get(LOAN, json=loan(**changes))
    book(keeper=keeper).disbursals(7)
    (exchange,) = keeper.exchanges
    return exchange


def call(exchange: Exchange) -> Call:
    return Call.objects.from_exchange(exchange, provider="any", kind="any")


def listed(*rows: dict[str, Any], **changes: Any) -> Call:
    """What is kept of a page of transfers, as Stripe tells it."""
    body = json.dumps({"object": "list", "has_more": False, "data": rows} | changes)
    found = answer(200, body.encode())
    short = body[:LOGGED_CHARACTERS_MAX]
    object.__setattr__(found.exchange, "response_body", short)
    object.__setattr__(found.exchange, "http_status", 200)
    return call(exchange_of(found))


class TestLoans:
    def test_its_disbursals_are_read_again(self, border: responses.RequestsMock) -> None:
        exchange = read(
            border, transactions=[disbursal(amount=10_000.25), *[REPAYMENT] * 40], notes=LONG
        )

        said = loan_said(call(exchange), loan_id=7)

        assert said is not None
        assert said.disbursals is not None
        (found,) = said.disbursals
        assert (said.state, found.transaction_id, found.amount_minor) == (200, 77, 1_000_025)
        assert found.external_id == "ours-7"
        assert len(exchange.response_body) <= LOGGED_CHARACTERS_MAX
        assert "10000.25" in exchange.response_body

    def test_one_that_is_short_is_kept_as_it_is(self, border: responses.RequestsMock) -> None:
        whole = loan(transactions=[disbursal()])

        assert json.loads(read(border, transactions=[disbursal()]).response_body) == whole

    def test_without_what_cannot_be_read_nothing_is_concluded(
        self, border: responses.RequestsMock
    ) -> None:
        keeper = Keeper()
        border.get(LOAN, json=loan(transactions=[disbursal(amount="ten")], notes=LONG))
        with pytest.raises(Exception, match="cannot be relied on"):
            book(keeper=keeper).disbursals(7)

        assert loan_said(call(keeper.exchanges[0]), loan_id=7) is None

    def test_what_is_too_long_even_so_is_cut(self, border: responses.RequestsMock) -> None:
        many = [disbursal(id=number) for number in range(40)]

        exchange = read(border, transactions=many, notes=LONG)

        assert exchange.response_body.startswith('{"id": 7')
        assert loan_said(call(exchange), loan_id=7) is None

    @pytest.mark.parametrize("body", ["[]", '{"id": 8, "mobileNo": "1"}', "{", "<html>"])
    def test_other_long_answers_are_cut_as_ever(
        self, border: responses.RequestsMock, body: str
    ) -> None:
        keeper = Keeper()
        border.get(LOAN, body=body + " " * LOGGED_CHARACTERS_MAX)
        with pytest.raises(Exception, match="relied on"):
            book(keeper=keeper).disbursals(7)

        assert keeper.exchanges[0].response_body.startswith(body)


class TestTransfers:
    def test_a_long_page_is_read_again(self) -> None:
        first, second = transfer(description=LONG), transfer(id="tr_2", amount_reversed=250)

        found = transfers(listed(first, second))

        assert found is not None
        assert [(each.provider_id, each.reversed_minor) for each in found] == [
            ("tr_1Example", 0), ("tr_2", 250),
        ]  # fmt: skip
        assert {each.transfer_id for each in found} == {"0001"}

    def test_a_page_of_something_else_is_cut_as_ever(self) -> None:
        page = listed({"object": "charge", "id": "ch_1", "description": LONG})

        assert page.response_body.startswith('{"object": "list", "has_more": false')
        assert transfers(page) is None
