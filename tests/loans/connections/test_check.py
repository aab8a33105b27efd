"""The test of a connection says exactly what is missing."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest

from core.callers import NotAllowed
from core.models import Alert, Step
from gateways import registry
from gateways.interface import PaymentType
from gateways.memory import LoanFault, MemoryLoans, memory_loan_book, memory_loan_desk
from gateways.models import Call
from loans.models import MifosConnection
from loans.operations import mifos_trouble
from loans.operations.check import check
from loans.operations.connections import confirm_connection
from loans.operations.products import save_product
from loans.queries.connections import NoSuchConnection
from loans.rules.mifos_findings import Finding
from loans.rules.product_values import ProductValues
from tests.loans.connections.conftest import AMINA, BARAKA, REASON
from tests.wire import MovedClock
from vault.operations.add_partner import add_partner

TODAY = date(2026, 11, 21)


@pytest.fixture
def server() -> Iterator[MemoryLoans]:
    loans = MemoryLoans(business_day=TODAY)
    with registry.use_loan_book(memory_loan_book(loans), memory_loan_desk(loans)):
        yield loans


@pytest.fixture
def in_order(mifos: MifosConnection, server: MemoryLoans, moved: MovedClock) -> MifosConnection:
    """Nothing is missing, at ours or theirs."""
    confirm_connection(connection_id=mifos.pk, reason=REASON, caller=BARAKA, at=moved())
    save_product(
        partner_id=mifos.partner_id, product_id=1, reason=REASON, caller=AMINA, at=moved(),
        values=ProductValues(min_amount_minor=1_000, max_amount_minor=1_000_000, enabled=True),
    )  # fmt: skip
    server.approve(1)
    return mifos


def wrong(findings: list[Finding]) -> dict[str, str]:
    """What is not as it should be, with its text."""
    return {each.what: each.text for each in findings if not each.ok}


def looked(mifos: MifosConnection, moved: MovedClock) -> list[Finding]:
    return check(connection_id=mifos.pk, caller=AMINA, at=moved())


class TestEverythingInOrder:
    def test_it_is_configured_from_then_on(
        self, in_order: MifosConnection, moved: MovedClock
    ) -> None:
        findings = looked(in_order, moved)

        in_order.refresh_from_db()
        assert wrong(findings) == {}
        assert in_order.is_mifos_configured
        assert (in_order.version_detected, in_order.checked_at) == ("1.12.0", moved())

    def test_the_report_is_kept(self, in_order: MifosConnection, moved: MovedClock) -> None:
        findings = looked(in_order, moved)

        in_order.refresh_from_db()
        assert [each["what"] for each in in_order.check_report] == [each.what for each in findings]
        assert Step.objects.latest("id").because == "tested: everything is in order"

    def test_earlier_trouble_is_over(
        self, in_order: MifosConnection, server: MemoryLoans, moved: MovedClock
    ) -> None:
        mifos_trouble.tell_refusal(in_order, "401", at=moved())
        MifosConnection.objects.filter(pk=in_order.pk).update(
            failures=3, not_before=moved() + timedelta(minutes=20), trouble="401"
        )

        looked(in_order, moved)

        in_order.refresh_from_db()
        assert (in_order.not_before, in_order.trouble) == (None, "")
        assert not Alert.objects.filter(closed_at=None).exists()

    def test_its_calls_are_kept(self, in_order: MifosConnection, moved: MovedClock) -> None:
        looked(in_order, moved)

        kinds = set(Call.objects.values_list("kind", "subject_id"))
        assert kinds == {("check", str(in_order.pk))}


class TestWhatIsMissing:
    @pytest.mark.parametrize(
        "permission",
        ["READ_LOAN", "READ_CLIENT", "DISBURSE_LOAN", "READ_PAYMENTTYPE", "READ_BUSINESS_DATE",
         "READ_CONFIGURATION"],
    )  # fmt: skip
    def test_each_permission_that_is_needed_is_named(
        self, in_order: MifosConnection, server: MemoryLoans, moved: MovedClock, permission: str
    ) -> None:
        server.permissions.discard(permission)

        findings = looked(in_order, moved)

        in_order.refresh_from_db()
        [found] = [each for each in findings if each.what == f"permission {permission}"]
        assert found.stops
        assert permission in found.what_to_do
        assert not in_order.is_mifos_configured

    @pytest.mark.parametrize("permission", ["CREATE_LOANNOTE", "READ_AUDIT"])
    def test_one_that_is_only_useful_is_a_warning(
        self, in_order: MifosConnection, server: MemoryLoans, moved: MovedClock, permission: str
    ) -> None:
        server.permissions.discard(permission)

        findings = looked(in_order, moved)

        in_order.refresh_from_db()
        assert set(wrong(findings)) == {f"permission {permission}"}
        assert in_order.is_mifos_configured

    @pytest.mark.parametrize("permission", ["APPROVE_LOAN", "ALL_FUNCTIONS", "CHECKER_SUPER_USER"])
    def test_one_too_many_is_a_warning(
        self, in_order: MifosConnection, server: MemoryLoans, moved: MovedClock, permission: str
    ) -> None:
        server.permissions.add(permission)

        findings = looked(in_order, moved)

        assert set(wrong(findings)) == {f"permission {permission}"}
        assert not any(each.stops for each in findings)

    def test_a_version_without_business_dates_needs_no_permission_for_them(
        self, in_order: MifosConnection, server: MemoryLoans, moved: MovedClock
    ) -> None:
        server.version = "1.7.3"

        findings = looked(in_order, moved)

        assert "permission READ_BUSINESS_DATE" not in {each.what for each in findings}

    @pytest.mark.parametrize(
        ("types", "said"),
        [
            ([], "There is not exactly one"),
            ([PaymentType(type_id=1, name="Money Transfer", is_cash=False)], "Money Transfer"),
            ([PaymentType(type_id=2, name="M-Pesa", is_cash=True)], "cashier"),
        ],
    )
    def test_the_payment_type(
        self, in_order: MifosConnection, server: MemoryLoans, moved: MovedClock,
        types: list[PaymentType], said: str,
    ) -> None:  # fmt: skip
        server.payment_types = types

        findings = looked(in_order, moved)

        in_order.refresh_from_db()
        assert said in wrong(findings)["payment type"]
        assert not in_order.is_mifos_configured

    def test_another_spelling_of_the_payment_type_will_do(
        self, in_order: MifosConnection, server: MemoryLoans, moved: MovedClock
    ) -> None:
        server.payment_types = [PaymentType(type_id=4, name="m-pesa ", is_cash=False)]

        assert wrong(looked(in_order, moved)) == {}

    @pytest.mark.parametrize(("days", "side"), [(-1, "behind"), (1, "ahead of")])
    def test_another_day_there_is_a_warning(
        self, in_order: MifosConnection, server: MemoryLoans, moved: MovedClock, days: int,
        side: str,
    ) -> None:  # fmt: skip
        server.business_day = TODAY + timedelta(days=days)

        findings = looked(in_order, moved)

        assert side in wrong(findings)["business date"]
        assert not any(each.stops for each in findings)

    def test_a_branch_sees_too_little(
        self, in_order: MifosConnection, server: MemoryLoans, moved: MovedClock
    ) -> None:
        server.office, server.sees_all_offices = "Kisumu", False

        first = looked(in_order, moved)
        MifosConnection.objects.filter(pk=in_order.pk).update(office_name="Kisumu")

        assert "Kisumu" in wrong(first)["office"]
        assert wrong(looked(in_order, moved)) == {}

    def test_a_product_that_nobody_saw_may_be_mistyped(
        self, in_order: MifosConnection, server: MemoryLoans, moved: MovedClock
    ) -> None:
        server.change(1, product_id=2)

        findings = looked(in_order, moved)

        assert set(wrong(findings)) == {"product 1"}

    def test_an_address_that_is_not_confirmed(
        self, mifos: MifosConnection, server: MemoryLoans, moved: MovedClock
    ) -> None:
        findings = looked(mifos, moved)

        mifos.refresh_from_db()
        assert "amina set it" in wrong(findings)["address"]
        assert mifos.is_mifos_configured


class TestWhatIsRefused:
    def test_a_wrong_user_or_password(
        self, in_order: MifosConnection, server: MemoryLoans, moved: MovedClock
    ) -> None:
        MifosConnection.objects.filter(pk=in_order.pk).update(is_mifos_configured=True)
        server.next_fault("user", LoanFault.UNKNOWN_USER)

        findings = looked(in_order, moved)

        in_order.refresh_from_db()
        assert "vault or its password is refused" in wrong(findings)["user"]
        assert not in_order.is_mifos_configured

    @pytest.mark.parametrize("fault", [LoanFault.DROPPED, LoanFault.SLOW, LoanFault.ERROR])
    def test_a_server_that_does_not_answer_changes_nothing(
        self, in_order: MifosConnection, server: MemoryLoans, moved: MovedClock, fault: LoanFault
    ) -> None:
        looked(in_order, moved)
        server.next_fault("version", fault)
        server.next_fault("user", fault)

        findings = looked(in_order, moved)

        in_order.refresh_from_db()
        assert "gave no usable answer" in wrong(findings)["server"]
        assert in_order.is_mifos_configured
        assert in_order.check_report != []

    def test_a_person_may_test_while_it_is_left_alone(
        self, in_order: MifosConnection, server: MemoryLoans, moved: MovedClock
    ) -> None:
        MifosConnection.objects.filter(pk=in_order.pk).update(
            not_before=moved() + timedelta(minutes=20)
        )

        assert wrong(looked(in_order, moved)) == {}

    def test_it_needs_the_permission(
        self, in_order: MifosConnection, server: MemoryLoans, moved: MovedClock
    ) -> None:
        without = replace(AMINA, permissions=frozenset({"loans.view_mifosconnection"}))

        with pytest.raises(NotAllowed):
            check(connection_id=in_order.pk, caller=without, at=moved())

        assert server.calls == []

    def test_another_partners_is_not_there(
        self, in_order: MifosConnection, server: MemoryLoans, moved: MovedClock
    ) -> None:
        other = add_partner(name="Upendo Example Ltd", actor="test", at=moved())

        with pytest.raises(NoSuchConnection):
            check(
                connection_id=in_order.pk, at=moved(),
                caller=replace(AMINA, partners=frozenset([other.pk])),
            )  # fmt: skip
