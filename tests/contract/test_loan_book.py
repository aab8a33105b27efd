"""What every LoanBook and LoanDesk promises, whatever stands behind (interface/loans.py)."""

from datetime import date
from typing import Any

import pytest

from gateways.errors import Declined, Unclear
from gateways.interface import (
    LOANS_PAGE_MAX,
    DisbursalRecorded,
    LoanState,
)
from tests.contract.lending import (
    TODAY,
    Server,
    an_order,
    failure_of,
    in_memory,
    keyed,
    moment,
    new_family,
    old_family,
    over_http,
    server,
)

__all__ = ["in_memory", "keyed", "moment", "new_family", "old_family", "over_http", "server"]

SECOND = "error.msg.loan.disbursal.account.is.not.approve.not.disbursed.state"


class TestReading:
    def test_approved_loans_come_page_by_page_in_order(self, server: Server) -> None:
        loans = {server.approve() for _ in range(LOANS_PAGE_MAX + 3)}

        pages = [server.book.approved(offset=offset) for offset in (0, LOANS_PAGE_MAX)]

        found = [row.loan_id for page in pages for row in page.rows]
        assert found == sorted(loans)
        assert [len(page.rows) for page in pages] == [LOANS_PAGE_MAX, 3]
        assert {page.total for page in pages} == {len(loans)}
        assert {row.state for page in pages for row in page.rows} == {LoanState.APPROVED}

    def test_what_was_disbursed_is_not_listed(self, server: Server) -> None:
        paid, waits = server.approve(), server.approve()
        server.disburse_there(paid)

        page = server.book.approved(offset=0)

        assert [row.loan_id for row in page.rows] == [waits]
        assert page.unreadable in ((), [])

    def test_a_row_tells_what_it_has(self, server: Server) -> None:
        loan_id = server.approve()

        (row,) = server.book.approved(offset=0).rows

        assert (row.gross_minor, row.product_id) == (1_000_000, 1)
        assert row.net_minor in (950_000, None)
        assert (row.approved_on, row.loan_id) == (date(2026, 11, 21), loan_id)
        assert row.client_id is not None

    def test_a_loan_is_read_with_what_it_pays_next(self, server: Server) -> None:
        loan_id = server.approve()

        loan = server.book.loan(loan_id)

        assert (loan.loan_id, loan.state, loan.kind) == (loan_id, 200, "individual")
        assert (loan.gross_minor, loan.net_minor, loan.currency) == (1_000_000, 950_000, "KES")
        assert (loan.product_id, loan.several_disbursals) == (1, False)
        assert (loan.approved_on, loan.expected_on) == (date(2026, 11, 21),) * 2

    def test_its_client_has_a_phone_as_it_was_written(self, server: Server) -> None:
        loan = server.book.loan(server.approve(phone="+254 700-100 002 / wife"))

        client = server.book.client(loan.client_id or 0)

        assert client.client_id == loan.client_id
        assert (client.active, client.phone_as_written) == (True, "+254 700-100 002 / wife")

    @pytest.mark.parametrize("call", ["loan", "client"])
    def test_what_is_not_there_is_declined(self, server: Server, call: str) -> None:
        error = failure_of(lambda: getattr(server.book, call)(987_654))

        assert (type(error), error.code) == (Declined, "404")

    def test_an_undone_loan_is_approved_again(self, server: Server) -> None:
        loan_id = server.approve()
        server.book.record(an_order(loan_id))
        server.undo(loan_id)

        loan = server.book.loan(loan_id)

        assert (loan.state, loan.gross_minor) == (LoanState.APPROVED, 1_000_000)


class TestBooking:
    def test_it_is_booked_with_receipt_and_external_id(self, server: Server) -> None:
        loan_id = server.approve()

        recorded = server.book.record(an_order(loan_id))

        assert isinstance(recorded, DisbursalRecorded)
        (found,) = server.book.disbursals(loan_id)
        assert found.transaction_id == recorded.transaction_id
        assert (found.external_id, found.reversed) == (f"ours-{loan_id}", False)
        assert (found.receipt, found.amount_minor) == (f"UKL{loan_id:07d}", 1_000_000)
        assert found.on == date.fromisoformat(TODAY)
        assert server.book.loan(loan_id).state == LoanState.ACTIVE

    def test_cents_are_booked_as_they_are(self, server: Server) -> None:
        loan_id = server.approve()

        server.book.record(an_order(loan_id, transactionAmount=9_999.5))

        assert [each.amount_minor for each in server.book.disbursals(loan_id)] == [999_950]

    def test_the_receipt_is_lost_without_a_payment_type(self, server: Server) -> None:
        loan_id = server.approve()

        server.book.record(an_order(loan_id, paymentTypeId=None))

        assert [each.receipt for each in server.book.disbursals(loan_id)] == [""]

    def test_a_second_disbursal_is_refused(self, server: Server) -> None:
        loan_id = server.approve()
        server.disburse_there(loan_id)

        error = failure_of(lambda: server.book.record(an_order(loan_id)))

        assert (type(error), error.code) == (Declined, SECOND)
        assert len(server.book.disbursals(loan_id)) == 1

    def test_where_there_are_several_it_is_booked_twice(self, server: Server) -> None:
        loan_id = server.approve(several=True)
        half = {"transactionAmount": 5_000}
        server.book.record(an_order(loan_id, **half))

        server.book.record(an_order(loan_id, key="key-2", externalId="ours-2", **half))

        found = server.book.disbursals(loan_id)
        assert [each.amount_minor for each in found] == [500_000, 500_000]

    def test_an_external_id_is_booked_once_on_any_loan(self, server: Server) -> None:
        first, second = server.approve(), server.approve()
        server.book.record(an_order(first, externalId="same"))

        error = failure_of(lambda: server.book.record(an_order(second, externalId="same")))

        assert type(error) is Declined
        assert not server.book.disbursals(second)

    def test_an_external_id_stays_taken_after_undo(self, server: Server) -> None:
        loan_id = server.approve()
        server.book.record(an_order(loan_id))
        server.undo(loan_id)

        error = failure_of(lambda: server.book.record(an_order(loan_id, key="key-2")))

        assert type(error) is Declined
        assert server.book.loan(loan_id).state == LoanState.APPROVED

    def test_more_than_was_approved_is_refused(self, server: Server) -> None:
        order = an_order(server.approve(), transactionAmount=10_001)

        error = failure_of(lambda: server.book.record(order))

        assert (type(error), error.code) == (
            Declined, "error.msg.loan.disburse.amount.must.be.less.than.approved.amount",
        )  # fmt: skip

    def test_a_day_after_the_business_date_is_refused(self, server: Server) -> None:
        order = an_order(server.approve())
        server.on_day("2026-11-20")

        error = failure_of(lambda: server.book.record(order))

        assert (type(error), error.code) == (
            Declined, "error.msg.loan.disbursal.cannot.be.a.future.date",
        )  # fmt: skip

    @pytest.mark.parametrize("change", [{"key": ""}, {"key": "k" * 51}])
    def test_a_key_that_the_server_would_misread_does_not_leave(
        self, server: Server, change: dict[str, Any]
    ) -> None:
        order = an_order(server.approve(), **change)

        error = failure_of(lambda: server.book.record(order))

        assert (type(error), error.code) == (Declined, "bad_order")


class TestKeysAndExternalIds:
    def test_the_same_again_is_booked_once(self, keyed: Server) -> None:
        order = an_order(keyed.approve())
        first = keyed.book.record(order)

        again = keyed.book.record(order)

        assert again == first
        assert len(keyed.book.disbursals(order.loan_id)) == 1

    def test_a_key_that_another_loan_used_proves_nothing(self, keyed: Server) -> None:
        first, second = keyed.approve(), keyed.approve()
        keyed.book.record(an_order(first, key="same"))

        error = failure_of(lambda: keyed.book.record(an_order(second, key="same")))

        assert (type(error), error.code) == (Unclear, "other_loan")
        assert not keyed.book.disbursals(second)

    def test_a_refusal_is_repeated_under_its_key(self, keyed: Server) -> None:
        order = an_order(keyed.approve())
        keyed.on_day("2026-11-20")
        first = failure_of(lambda: keyed.book.record(order))
        keyed.on_day("2026-11-21")

        again = failure_of(lambda: keyed.book.record(order))
        booked = keyed.book.record(an_order(order.loan_id, key="another"))

        assert (type(again), again.code) == (Declined, first.code)
        assert isinstance(booked, DisbursalRecorded)

    def test_an_undone_one_is_found_by_its_external_id(self, keyed: Server) -> None:
        loan_id = keyed.approve()
        keyed.book.record(an_order(loan_id))
        keyed.undo(loan_id)

        (found,) = keyed.book.disbursals(loan_id, external_id=f"ours-{loan_id}")

        assert (found.external_id, found.reversed) == (f"ours-{loan_id}", True)
