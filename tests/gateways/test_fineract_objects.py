"""Loans, clients and disbursals of Mifos X as they are read (fineract.md 2.3 to 2.7, 3.5)."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import responses

from gateways.errors import Declined, Unclear
from gateways.interface import AccessRefused, ListedLoan
from tests.gateways.fineract_answers import API, LOAN, book, loan, refusal, transaction

LIST = f"{API}/loans"
CLIENT = f"{API}/clients/70"
TRANCHE = {"id": 1, "principal": 4_000.0, "netDisbursalAmount": 3_900.0}


@pytest.fixture
def border() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


def read(border: responses.RequestsMock, **changes: Any) -> Any:
    border.get(LOAN, body=_wire(loan(**changes)))
    return book().loan(7)


def listed(border: responses.RequestsMock, *rows: object, total: int = 2) -> Any:
    border.get(LIST, body=_wire({"totalFilteredRecords": total, "pageItems": list(rows)}))
    return book().approved(offset=0)


def _wire(value: object) -> bytes:
    return json.dumps(value).encode()


class TestALoan:
    def test_dates_are_arrays_or_texts(self, border: responses.RequestsMock) -> None:
        days = {"approvedOnDate": "2026-11-20", "expectedDisbursementDate": [2026, 11, 21]}

        found = read(border, timeline=days)

        assert (found.approved_on, found.expected_on) == (date(2026, 11, 20), date(2026, 11, 21))

    def test_amounts_are_read_without_rounding(self, border: responses.RequestsMock) -> None:
        body = _wire(loan()).replace(b"10000.0", b"10000.010000").replace(b"9500.0", b"9500")
        border.get(LOAN, body=body)

        found = book().loan(7)

        assert (found.gross_minor, found.net_minor) == (1_000_001, 950_000)

    def test_a_fraction_of_a_cent_is_no_amount(self, border: responses.RequestsMock) -> None:
        found = read(border, netDisbursalAmount=9_500.005)

        assert (found.gross_minor, found.net_minor) == (1_000_000, None)

    def test_the_granted_principal_counts(self, border: responses.RequestsMock) -> None:
        found = read(border, principal=8_000.0, proposedPrincipal=15_000.0)

        assert found.gross_minor == 1_000_000

    def test_what_is_not_told_is_none(self, border: responses.RequestsMock) -> None:
        found = read(
            border, netDisbursalAmount=None, timeline=None, clientId=None, clientName=None,
            loanType={"id": 2},
        )  # fmt: skip

        assert (found.net_minor, found.approved_on, found.expected_on) == (None, None, None)
        assert (found.client_id, found.client_name, found.kind) == (None, "", "group")

    @pytest.mark.parametrize(
        ("kind", "word"), [(1, "individual"), (2, "group"), (3, "jlg"), (4, "glim"), (9, "other")]
    )
    def test_kinds_have_words(self, border: responses.RequestsMock, kind: int, word: str) -> None:
        assert read(border, loanType={"id": kind}).kind == word

    def test_an_unknown_currency_has_no_minor_units(self, border: responses.RequestsMock) -> None:
        found = read(border, currency={"code": "XYZ"})

        assert (found.currency, found.gross_minor, found.net_minor) == ("XYZ", None, None)

    @pytest.mark.parametrize(
        "change",
        [
            {"id": None}, {"id": "7"}, {"id": True}, {"id": -7}, {"status": None},
            {"status": {"id": "200"}}, {"status": "approved"}, {"status": {"id": 2**31}},
            {"loanProductId": None},
            {"approvedPrincipal": "10000"}, {"approvedPrincipal": 1e20},
            {"timeline": {"approvedOnDate": [2026, 13, 1]}},
            {"timeline": {"approvedOnDate": [2026, 11]}},
            {"timeline": {"approvedOnDate": "20 November 2026"}},
            {"clientId": "70"}, {"multiDisburseLoan": "yes"}, {"currency": "KES"},
        ],
    )  # fmt: skip
    def test_what_makes_no_sense_is_unclear(
        self, border: responses.RequestsMock, change: dict[str, Any]
    ) -> None:
        with pytest.raises(Unclear):
            read(border, **change)

    def test_another_loan_is_no_answer(self, border: responses.RequestsMock) -> None:
        with pytest.raises(Unclear, match="not 7"):
            read(border, id=8)

    def test_one_outside_our_office_is_not_there(self, border: responses.RequestsMock) -> None:
        body = refusal("error.msg.resource.not.found", "error.msg.loan.id.invalid")
        border.get(LOAN, status=404, body=body)

        with pytest.raises(Declined) as caught:
            book().loan(7)

        assert (type(caught.value), caught.value.code) == (Declined, "404")

    def test_a_page_of_something_else_never_means_that_it_is_gone(
        self, border: responses.RequestsMock
    ) -> None:
        border.get(LOAN, status=404, body=b"<html>nginx</html>")

        with pytest.raises(AccessRefused):
            book().loan(7)


class TestTranches:
    def test_the_next_one_counts(self, border: responses.RequestsMock) -> None:
        drawn = TRANCHE | {"actualDisbursementDate": [2026, 11, 1]}
        late = TRANCHE | {"id": 3, "expectedDisbursementDate": [2027, 2, 1]}
        soon = {
            "id": 2, "principal": 6_000.0, "netDisbursalAmount": 5_700.0,
            "expectedDisbursementDate": [2026, 12, 1],
        }  # fmt: skip

        found = read(border, multiDisburseLoan=True, disbursementDetails=[drawn, late, soon])

        assert (found.gross_minor, found.net_minor) == (600_000, 570_000)
        assert (found.expected_on, found.several_disbursals) == (date(2026, 12, 1), True)

    def test_products_without_plans_have_the_whole(self, border: responses.RequestsMock) -> None:
        found = read(border, multiDisburseLoan=True, disbursementDetails=[])

        assert (found.gross_minor, found.net_minor) == (1_000_000, 950_000)

    def test_when_all_are_drawn_there_is_nothing_next(
        self, border: responses.RequestsMock
    ) -> None:
        drawn = TRANCHE | {"actualDisbursementDate": [2026, 11, 1]}

        found = read(
            border, multiDisburseLoan=True, disbursementDetails=[drawn], status={"id": 300}
        )

        assert (found.state, found.gross_minor, found.net_minor) == (300, None, None)

    def test_no_list_tells_them(self, border: responses.RequestsMock) -> None:
        (row,) = listed(border, loan(multiDisburseLoan=True)).rows

        assert (row.gross_minor, row.net_minor) == (None, None)


class TestTheList:
    def test_rows_that_make_no_sense_are_named(self, border: responses.RequestsMock) -> None:
        page = listed(border, loan(), loan(id=8, status=None), {"accountNo": "1"}, None, total=4)

        assert [row.loan_id for row in page.rows] == [7]
        assert list(page.unreadable) == [8, 0, 0]
        assert page.total == 4

    def test_another_status_is_told_as_it_is(self, border: responses.RequestsMock) -> None:
        page = listed(border, loan(status={"id": 300}))

        assert [row.state for row in page.rows] == [300]

    def test_a_row_without_amounts_is_a_row(self, border: responses.RequestsMock) -> None:
        page = listed(border, {"id": 7, "status": {"id": 200}})

        assert page.rows == (ListedLoan(loan_id=7, state=200),)

    @pytest.mark.parametrize(
        "body", [b"[]", b'{"pageItems": []}', b'{"totalFilteredRecords": 1}', b"<html>", b""]
    )
    def test_what_is_no_list_is_unclear(self, border: responses.RequestsMock, body: bytes) -> None:
        border.get(LIST, body=body)

        with pytest.raises(Unclear):
            book().approved(offset=0)


class TestAClient:
    @pytest.mark.parametrize(
        ("fields", "phone", "active"),
        [
            ({"mobileNo": " 0700 100 001 ", "active": True}, "0700 100 001", True),
            ({"active": True}, "", True),
            ({"mobileNo": "0700 100 001", "active": False}, "0700 100 001", False),
            ({"mobileNo": "0700 100 001"}, "0700 100 001", False),
        ],
    )
    def test_the_phone_is_what_somebody_wrote(
        self, border: responses.RequestsMock, fields: dict[str, Any], phone: str, active: bool
    ) -> None:
        border.get(CLIENT, json={"id": 70, "displayName": "Amina Example"} | fields)

        client = book().client(70)

        assert (client.name, client.phone_as_written, client.active) == (
            "Amina Example", phone, active,
        )  # fmt: skip


class TestDisbursals:
    def test_only_disbursals_count(self, border: responses.RequestsMock) -> None:
        others = [
            transaction(id=78, type={"id": 5, "repaymentAtDisbursement": True}),
            transaction(id=79, type={"id": 2, "disbursement": False}),
        ]
        border.get(LOAN, json=loan(transactions=[*others, transaction()]))

        (found,) = book().disbursals(7)

        assert (found.transaction_id, found.receipt, found.amount_minor) == (
            77, "UKL0000007", 1_000_000,
        )  # fmt: skip
        assert (found.on, found.reversed) == (date(2026, 11, 21), False)

    def test_one_by_somebody_else_has_neither_name_nor_receipt(
        self, border: responses.RequestsMock
    ) -> None:
        theirs = transaction(externalId=None, paymentDetailData=None, manuallyReversed=None)
        border.get(LOAN, json=loan(transactions=[theirs]))

        (found,) = book().disbursals(7)

        assert (found.external_id, found.receipt, found.reversed) == ("", "", False)

    @pytest.mark.parametrize(
        "change", [{"id": None}, {"type": None}, {"manuallyReversed": "no"}, {"externalId": 7}]
    )
    def test_one_that_cannot_be_read_could_be_ours(
        self, border: responses.RequestsMock, change: dict[str, Any]
    ) -> None:
        border.get(LOAN, json=loan(transactions=[transaction(**change)]))

        with pytest.raises(Unclear):
            book().disbursals(7)

    def test_those_of_another_loan_are_no_answer(self, border: responses.RequestsMock) -> None:
        border.get(LOAN, json=loan(id=8))

        with pytest.raises(Unclear):
            book().disbursals(7)
