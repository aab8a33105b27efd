"""A person says whose rent it is, has it remembered, and takes it back; cash is recorded."""

from typing import Any

import pytest
from django.db import transaction

from core.callers import Caller, NotAllowed
from core.models import Alert, Step
from core.refusals import Refused
from ledger.queries import trial_balance
from rents.operations.prove_rents import breaks
from tests.money_in import allocated_payment, make_owner, make_property, received_payment
from tests.vault.payments.conftest import book, confirm
from tests.wire import START, MovedClock
from vault.models import AccountReference, Payment, Property, Shortcode, Tenant
from vault.operations.allocate_by_hand import allocate_by_hand
from vault.operations.cash import record_cash
from vault.operations.reach import NoSuchPayment
from vault.operations.take_back import take_back

REASON = "the tenant called: it is for A-007"


@pytest.fixture
def lost(paybill: Shortcode) -> Payment:
    return received_payment(paybill, account_typed="Roze Cort")


def allocated(payment: Payment, tenant: Tenant, caller: Caller, **more: Any) -> Payment:
    values = {
        "payment_id": payment.pk, "property_id": tenant.property_id, "tenant_id": tenant.pk,
        "remember": False, "reason": REASON, "caller": caller, "at": START,
    }  # fmt: skip
    return allocate_by_hand(**values | more)


def somebody(*permissions: str, partners: Any = None) -> Caller:
    return Caller(
        actor="amina", origin="admin", partners=partners, permissions=frozenset(permissions)
    )


class TestAllocatingByHand:
    def test_it_is_split_and_the_step_says_who_and_why(
        self, lost: Payment, tenant: Tenant
    ) -> None:
        allocated(lost, tenant, somebody("vault.allocate_payment"))

        payment = Payment.objects.get()
        step = Step.objects.get(subject_id=str(lost.pk), to_status="allocated")
        assert (payment.tenant, payment.owed_minor) == (tenant, 950_000)
        assert (payment.allocated_by, step.actor) == ("amina", "amina")
        assert REASON in step.because

    def test_remembered_the_same_account_means_the_same_from_now_on(
        self, lost: Payment, tenant: Tenant, operator: Caller, paybill: Shortcode
    ) -> None:
        allocated(lost, tenant, operator, remember=True)

        confirm(paybill, receipt="UKL7777777", account="rozecort")

        payment = Payment.objects.get(receipt="UKL7777777")
        assert payment.tenant == tenant
        assert payment.allocated_because == "account Roze Cort, as a person said before"
        assert AccountReference.objects.get(key="ROZECORT").source == "learned"

    def test_not_remembered_it_waits_again(
        self, lost: Payment, tenant: Tenant, operator: Caller, paybill: Shortcode
    ) -> None:
        allocated(lost, tenant, operator)

        confirm(paybill, receipt="UKL7777777", account="rozecort")

        assert Payment.objects.get(receipt="UKL7777777").status == "unallocated"

    def test_what_was_learned_wrongly_is_learned_anew(
        self, lost: Payment, tenant: Tenant, neighbour: Tenant, operator: Caller
    ) -> None:
        allocated(lost, tenant, operator, remember=True)
        take_back(payment_id=lost.pk, reason=REASON, caller=operator, at=START)

        allocated(lost, neighbour, operator, remember=True)

        assert AccountReference.objects.get(key="ROZECORT").tenant == neighbour

    def test_an_account_that_was_given_out_is_not_relearned(
        self, paybill: Shortcode, tenant: Tenant, neighbour: Tenant, operator: Caller
    ) -> None:
        payment = received_payment(paybill, account_typed="a7")

        with pytest.raises(Refused, match="is the account of Baraka Example") as refused:
            allocated(payment, neighbour, operator, remember=True)

        assert refused.value.field == "remember"
        assert Payment.objects.get().status == "unallocated"
        assert "owner:owed" not in book()

    def test_nothing_typed_cannot_be_remembered(
        self, paybill: Shortcode, tenant: Tenant, operator: Caller
    ) -> None:
        payment = received_payment(paybill)

        with pytest.raises(Refused, match="nothing to remember"):
            allocated(payment, tenant, operator, remember=True)

    @pytest.mark.parametrize("reason", ["", "short", " " * 20, "x" * 501])
    def test_a_reason_is_needed(
        self, lost: Payment, tenant: Tenant, operator: Caller, reason: str
    ) -> None:
        with pytest.raises(Refused) as refused:
            allocated(lost, tenant, operator, reason=reason)

        assert refused.value.field == "reason"

    def test_without_the_permission_it_is_refused(self, lost: Payment, tenant: Tenant) -> None:
        with pytest.raises(NotAllowed):
            allocated(lost, tenant, somebody("vault.view_payment"))

    def test_a_stranger_finds_no_payment(self, lost: Payment, tenant: Tenant) -> None:
        with pytest.raises(NoSuchPayment):
            allocated(lost, tenant, somebody("vault.allocate_payment", partners=frozenset()))

    def test_a_tenant_of_another_house_is_refused(
        self, lost: Payment, tenant: Tenant, operator: Caller
    ) -> None:
        house = tenant.property
        other = make_property(house.owner, house.shortcode)

        with pytest.raises(Refused) as refused:
            allocated(lost, tenant, operator, property_id=other.pk)

        assert refused.value.field == "tenant"

    def test_two_persons_at_once_allocate_it_once(
        self, lost: Payment, tenant: Tenant, neighbour: Tenant, operator: Caller, together: Any
    ) -> None:
        answers = together(
            lambda: allocated(lost, tenant, operator),
            lambda: allocated(lost, neighbour, operator),
        )

        assert sum(isinstance(answer, Refused) for answer in answers) == 1
        assert book()["owner:owed"] == 950_000

    def test_a_person_who_is_late_waits_for_the_next_slot(
        self, paybill: Shortcode, moved: MovedClock, operator: Caller
    ) -> None:
        owner = make_owner(paybill.partner, forward_when="monthly", forward_monthday=25)
        house = make_property(owner, paybill)
        payment = received_payment(paybill)
        late = moved.forward(days=10)

        allocate_by_hand(
            payment_id=payment.pk, property_id=house.pk, tenant_id=None, remember=False,
            reason=REASON, caller=operator, at=late,
        )  # fmt: skip

        due = Payment.objects.get().forward_due_at
        assert due is not None
        assert (due.month, due.day) == (12, 25)

    def test_the_alert_about_its_sender_ends(
        self, paybill: Shortcode, tenant: Tenant, operator: Caller
    ) -> None:
        confirm(paybill, listed=False)

        allocated(Payment.objects.get(), tenant, operator)

        assert not Alert.objects.filter(closed_at=None).exists()


class TestTakingBack:
    def test_it_is_nobodys_again_and_booked_so(
        self, house: Property, tenant: Tenant, operator: Caller
    ) -> None:
        payment = allocated_payment(house, tenant)

        take_back(payment_id=payment.pk, reason=REASON, caller=operator, at=START)

        payment.refresh_from_db()
        assert (payment.status, payment.owner, payment.fee_minor) == ("unallocated", None, None)
        assert (payment.paid_to, payment.forward_due_at) == ("", None)
        assert book() == {
            "float:600000:working": 1_000_000, "received:600000:unallocated": 1_000_000,
        }  # fmt: skip

    def test_to_and_fro_is_booked_each_time(
        self, house: Property, tenant: Tenant, neighbour: Tenant, operator: Caller
    ) -> None:
        payment = allocated_payment(house, tenant)
        for whom in (neighbour, tenant, neighbour):
            take_back(payment_id=payment.pk, reason=REASON, caller=operator, at=START)
            allocated(payment, whom, operator)

        assert Payment.objects.get().tenant == neighbour
        assert book() == {
            "float:600000:working": 1_000_000, "partner:fees": 50_000, "owner:owed": 950_000,
        }  # fmt: skip
        assert list(breaks()) == []

    def test_what_is_forwarded_stays(
        self, house: Property, tenant: Tenant, operator: Caller
    ) -> None:
        payment = allocated_payment(house, tenant)
        Payment.objects.update(forwarded_at=START)

        with pytest.raises(Refused, match="was forwarded"):
            take_back(payment_id=payment.pk, reason=REASON, caller=operator, at=START)

        assert Payment.objects.get().status == "allocated"

    def test_what_is_nobodys_has_nothing_to_take_back(
        self, lost: Payment, operator: Caller
    ) -> None:
        with pytest.raises(Refused, match="no allocation"):
            take_back(payment_id=lost.pk, reason=REASON, caller=operator, at=START)


class TestCash:
    def test_it_is_split_and_the_owner_has_it(
        self, house: Property, tenant: Tenant, operator: Caller
    ) -> None:
        payment = cash(house, tenant, operator)

        assert (payment.status, payment.method, payment.paid_to) == (
            "allocated", "cash", "nowhere",
        )  # fmt: skip
        assert payment.forward_due_at is None
        assert book() == {"partner:cash": 50_000, "partner:fees": 50_000}
        assert list(breaks()) == []
        assert trial_balance().is_balanced

    def test_each_paper_receipt_counts_once(
        self, house: Property, tenant: Tenant, operator: Caller, together: Any
    ) -> None:
        answers = together(*[lambda: cash(house, tenant, operator)] * 4)

        assert sum(isinstance(answer, Refused) for answer in answers) == 3
        assert book()["partner:fees"] == 50_000

    def test_taken_back_it_is_cash_that_is_nobodys(
        self, house: Property, tenant: Tenant, operator: Caller
    ) -> None:
        payment = cash(house, tenant, operator)

        take_back(payment_id=payment.pk, reason=REASON, caller=operator, at=START)

        assert book() == {"partner:cash": 1_000_000, "received:600000:unallocated": 1_000_000}
        assert list(breaks()) == []

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("amount", "0"), ("amount", "-1"), ("amount", "ten"), ("receipt_number", ""),
            ("receipt_number", "12 34"), ("receipt_number", "1" * 17), ("reason", "x"),
            ("paid_at", START.replace(year=2027)), ("paid_at", START.replace(year=2020)),
        ],
    )  # fmt: skip
    def test_what_is_wrong_is_named(
        self, house: Property, tenant: Tenant, operator: Caller, field: str, value: Any
    ) -> None:
        with pytest.raises(Refused) as refused:
            cash(house, tenant, operator, **{field: value})

        assert refused.value.field == field
        assert not Payment.objects.exists()


def cash(house: Property, tenant: Tenant, caller: Caller, **more: Any) -> Payment:
    """KES 10,000.00 over the counter."""
    values = {
        "property_id": house.pk, "tenant_id": tenant.pk, "amount": "10,000", "caller": caller,
        "receipt_number": "0012", "reason": "paid at the office", "at": START,
    }  # fmt: skip
    with transaction.atomic():
        return record_cash(**values | more)
