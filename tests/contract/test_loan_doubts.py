"""What every LoanBook says of doubts and checkers, and every LoanDesk (interface/loans.py)."""

from datetime import date

import pytest

from gateways.errors import Declined, GatewayError, Unclear
from gateways.interface import (
    AccessRefused,
    AskAgain,
    AwaitsChecker,
)
from tests.contract.lending import (
    Server,
    an_order,
    failure_of,
    in_memory,
    moment,
    new_family,
    old_family,
    over_http,
    server,
)

__all__ = ["in_memory", "moment", "new_family", "old_family", "over_http", "server"]


class TestDoubts:
    @pytest.mark.parametrize("fault", ["lost", "error_done"])
    def test_what_was_booked_without_an_answer_is_found(self, server: Server, fault: str) -> None:
        loan_id = server.approve()
        server.next_fault(loan_id, fault)

        error = failure_of(lambda: server.book.record(an_order(loan_id)))

        assert type(error) is Unclear
        (found,) = server.book.disbursals(loan_id, external_id=f"ours-{loan_id}")
        assert found.external_id == f"ours-{loan_id}"

    @pytest.mark.parametrize("fault", ["dropped", "error"])
    def test_what_was_not_is_not(self, server: Server, fault: str) -> None:
        loan_id = server.approve()
        server.next_fault(loan_id, fault)

        error = failure_of(lambda: server.book.record(an_order(loan_id)))

        assert type(error) is Unclear
        assert not server.book.disbursals(loan_id, external_id=f"ours-{loan_id}")

    @pytest.mark.parametrize(
        ("fault", "new_key"),
        [("locked", False), ("conflict", True), ("in_progress", False), ("busy", False)],
    )
    def test_later_is_another_word_than_no(
        self, server: Server, fault: str, new_key: bool
    ) -> None:
        loan_id = server.approve()
        server.next_fault(loan_id, fault)

        error = failure_of(lambda: server.book.record(an_order(loan_id)))

        assert isinstance(error, AskAgain)
        assert error.new_key is new_key
        assert not server.book.disbursals(loan_id)
        key = "another" if new_key else f"key-{loan_id}"
        assert server.book.record(an_order(loan_id, key=key))

    @pytest.mark.parametrize(
        ("fault", "status"),
        [("lost", None), ("dropped", None), ("error", 500), ("error_done", 500),
         ("locked", 409), ("conflict", 409), ("in_progress", 425), ("busy", 503),
         ("unknown_user", 401), ("denied", 403), ("rule", 403)],
    )  # fmt: skip
    def test_what_was_answered_is_kept_or_that_nothing_was(
        self, server: Server, fault: str, status: int | None
    ) -> None:
        loan_id = server.approve()
        server.next_fault(loan_id, fault)

        error = failure_of(lambda: server.book.record(an_order(loan_id)))

        assert isinstance(error, GatewayError)
        assert error.exchange is not None
        assert error.exchange.http_status == status
        assert server.keeper.exchanges[-1].http_status == status

    @pytest.mark.parametrize(
        ("fault", "permission"), [("unknown_user", ""), ("denied", "DISBURSE_LOAN")]
    )
    def test_our_own_access_is_told_apart(
        self, server: Server, fault: str, permission: str
    ) -> None:
        loan_id = server.approve()
        server.next_fault(loan_id, fault)

        error = failure_of(lambda: server.book.record(an_order(loan_id)))

        assert isinstance(error, AccessRefused)
        assert error.permission == permission

    def test_a_rule_of_business_has_its_own_code(self, server: Server) -> None:
        loan_id = server.approve()
        server.next_fault(loan_id, "rule")

        error = failure_of(lambda: server.book.record(an_order(loan_id)))

        assert type(error) is Declined
        assert error.code.startswith("error.msg.loan.")


class TestCheckers:
    def test_a_200_may_mean_that_nothing_was_booked(self, server: Server) -> None:
        server.wants_checker()
        loan_id = server.approve()

        answer = server.book.record(an_order(loan_id))

        assert isinstance(answer, AwaitsChecker)
        assert not server.book.disbursals(loan_id)
        verdict = server.desk.checker_verdict(loan_id=loan_id, command_id=answer.command_id)
        assert verdict.state == "waits"

    @pytest.mark.parametrize(("approved", "state"), [(True, "approved"), (False, "rejected")])
    def test_what_the_checker_did_is_told(
        self, server: Server, approved: bool, state: str
    ) -> None:
        server.wants_checker()
        loan_id = server.approve()
        answer = server.book.record(an_order(loan_id))
        assert isinstance(answer, AwaitsChecker)

        server.check(answer.command_id, approved)

        verdict = server.desk.checker_verdict(loan_id=loan_id, command_id=answer.command_id)
        assert verdict.state == state
        assert len(server.book.disbursals(loan_id)) == int(approved)

    def test_a_command_that_is_not_there_is_gone(self, server: Server) -> None:
        verdict = server.desk.checker_verdict(loan_id=server.approve(), command_id=987_654)

        assert verdict.state == "gone"


class TestTheDesk:
    def test_it_tells_who_we_are(self, server: Server) -> None:
        user = server.desk.user()

        assert user.permissions >= {"READ_LOAN", "DISBURSE_LOAN", "READ_CLIENT"}
        assert (user.office, user.sees_all_offices) == ("Head Office", True)

    def test_it_tells_its_version_and_payment_types(self, server: Server) -> None:
        types = server.desk.payment_types()

        assert server.desk.version() == server.version
        assert (2, "M-Pesa", False) in [(each.type_id, each.name, each.is_cash) for each in types]

    def test_it_tells_the_day_that_it_books_on(self, server: Server) -> None:
        before = server.desk.business_date()
        server.on_day("2026-11-19")

        assert (before, server.desk.business_date()) == (date(2026, 11, 21), date(2026, 11, 19))


class TestTheKeeper:
    def test_every_call_is_let_through_and_kept(self, server: Server) -> None:
        loan_id = server.approve()
        server.next_fault(loan_id, "lost")

        failure_of(lambda: server.book.record(an_order(loan_id)))
        server.book.approved(offset=0)
        server.book.leave_note(loan_id=loan_id, text="Paid by M-Pesa")

        assert server.keeper.calls == len(server.keeper.exchanges) == 3

    def test_what_it_does_not_let_through_does_not_leave(self, server: Server) -> None:
        loan_id = server.approve()
        server.keeper.stops = ArithmeticError("the quota is spent")

        with pytest.raises(ArithmeticError):
            server.book.record(an_order(loan_id))

        server.keeper.stops = None
        assert not server.book.disbursals(loan_id)
