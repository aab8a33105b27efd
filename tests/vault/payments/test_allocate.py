"""Whose rent a payment is: told by the account, a phone, or a person; split and booked."""

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from core.callers import Caller
from core.models import Alert, Step
from core.refusals import Refused
from gateways.interface import PayerPhone, PhoneForm
from ledger.queries import trial_balance
from tests.money_in import (
    allocated_payment,
    full,
    make_account,
    make_owner,
    make_property,
    make_shortcode,
    make_tenant,
    masked,
    received_payment,
)
from tests.vault.payments.conftest import PHONE_1, PHONE_2, book
from tests.wire import START, MovedClock
from vault.models import FeeRule, Owner, Payment, Property, Shortcode, Tenant
from vault.operations.add_partner import add_partner
from vault.operations.allocate import allocate, allocate_automatically, name_tenant
from vault.operations.take_back import take_back
from vault.rules.accounts import account_key


def hashed(msisdn: str) -> PayerPhone:
    """A payer of whom the hash is told."""
    return PayerPhone(form=PhoneForm.HASHED, text=hashlib.sha256(msisdn.encode()).hexdigest())


PAYERS = {"masked": masked, "hashed": hashed, "full": full}


def settled(shortcode: Shortcode, **more: Any) -> Payment:
    """A payment that came in and was allocated as far as that is certain."""
    with transaction.atomic():
        payment = received_payment(shortcode, **more)
        allocate_automatically(payment, at=payment.received_at)
    payment.refresh_from_db()
    return payment


class TestAccounts:
    @pytest.mark.parametrize("typed", ["A-007", "a7", "A 7", " a-07 ", "A/007", "Ａ7"])
    def test_case_blanks_dashes_and_lost_zeros_do_not_matter(self, typed: str) -> None:
        assert account_key(typed) == "A7"

    @pytest.mark.parametrize(
        ("typed", "key"),
        [
            ("007", "7"), ("000", "0"), ("", ""), (" - ", ""), ("1-11", "1-11"), ("11-1", "11-1"),
            ("1 - 11", "1-11"), ("B10", "B10"), ("rose court", "ROSECOURT"), ("A0", "A0"),
        ],
    )  # fmt: skip
    def test_what_means_something_stays(self, typed: str, key: str) -> None:
        assert account_key(typed) == key


class TestByItself:
    def test_a_tenants_account_says_the_tenant(self, paybill: Shortcode, tenant: Tenant) -> None:
        payment = settled(paybill, account_typed="a 7", payer=full(PHONE_2))

        assert (payment.status, payment.tenant) == ("allocated", tenant)
        assert payment.allocated_because == "account A-007"
        assert (payment.fee_minor, payment.owed_minor) == (50_000, 950_000)
        assert (payment.paid_to, payment.receiver_number, payment.receiver_account) == (
            "paybill", "600222", "PROP001",
        )  # fmt: skip
        assert payment.forward_due_at == START

    @pytest.mark.parametrize("form", ["masked", "hashed", "full"])
    def test_the_houses_account_says_the_house_and_the_phone_the_tenant(
        self, paybill: Shortcode, house: Property, tenant: Tenant, neighbour: Tenant,
        form: str,
    ) -> None:  # fmt: skip
        payment = settled(paybill, account_typed="rose", payer=PAYERS[form](PHONE_2))

        assert (payment.property, payment.tenant) == (house, neighbour)

    def test_a_masked_phone_that_fits_two_tenants_names_neither(
        self, paybill: Shortcode, house: Property
    ) -> None:
        make_tenant(house, phones=("254700010009",))
        make_tenant(house, phones=("254700020009",))

        payment = settled(paybill, account_typed="ROSE", payer=masked("254700010009"))

        assert (payment.property, payment.tenant) == (house, None)

    @pytest.mark.parametrize("form", ["masked", "hashed", "full"])
    def test_a_phone_alone_never_decides_where_the_account_is_wrong(
        self, paybill: Shortcode, tenant: Tenant, form: str
    ) -> None:
        payer = PAYERS[form](PHONE_1)

        payment = settled(paybill, account_typed="WRONG", payer=payer)

        assert payment.status == "unallocated"

    @pytest.mark.parametrize(
        ("form", "status"),
        [("full", "allocated"), ("masked", "unallocated"), ("hashed", "unallocated")],
    )
    def test_without_any_account_only_a_whole_phone_decides(
        self, paybill: Shortcode, tenant: Tenant, form: str, status: str
    ) -> None:
        payer = PAYERS[form](PHONE_1)

        assert settled(paybill, payer=payer).status == status

    @pytest.mark.parametrize("typed", ["0700010001", "0700 010 001", "+254700010001"])
    def test_a_tenants_phone_counts_as_account(
        self, paybill: Shortcode, tenant: Tenant, typed: str
    ) -> None:
        payment = settled(paybill, account_typed=typed, payer=full(PHONE_2))

        assert payment.tenant == tenant

    def test_a_phone_of_two_tenants_is_nobodys(
        self, paybill: Shortcode, house: Property, tenant: Tenant
    ) -> None:
        make_tenant(house, phones=(PHONE_1,))

        assert settled(paybill, account_typed="0700010001").status == "unallocated"

    def test_an_account_of_another_paybill_is_unknown(
        self, paybill: Shortcode, house: Property, simulator: Any
    ) -> None:
        other = make_shortcode(paybill.partner, simulator.certificate_pem, number="600999")

        assert settled(other, account_typed="ROSE").status == "unallocated"

    def test_what_was_taken_back_waits_for_a_person(
        self, paybill: Shortcode, tenant: Tenant, operator: Caller
    ) -> None:
        payment = settled(paybill, account_typed="A7")
        take_back(payment_id=payment.pk, reason="it was for B4", caller=operator, at=START)

        with transaction.atomic():
            payment = Payment.objects.select_for_update().get()
            again = allocate_automatically(payment, at=START)

        assert (again, payment.status) == (False, "unallocated")


class TestTheSplit:
    def test_the_terms_valid_at_payment_hold(
        self, paybill: Shortcode, house: Property, tenant: Tenant, moved: MovedClock
    ) -> None:
        values = {"partner": paybill.partner, "created_by": "test", "created_at": START}
        old = FeeRule.objects.create(rate_bps=1000, valid_from=START - timedelta(days=9), **values)
        FeeRule.objects.create(
            rate_bps=2000, valid_from=START + timedelta(minutes=1), property=house, **values
        )

        payment = settled(paybill, account_typed="A7", paid_at=START, at=moved.forward(minutes=5))

        assert (payment.fee_minor, payment.owed_minor) == (100_000, 900_000)
        assert payment.fee_rule == old

    def test_cents_go_to_the_fee_and_nothing_is_lost(
        self, paybill: Shortcode, tenant: Tenant
    ) -> None:
        payment = settled(paybill, account_typed="A7", amount_minor=1_000_055)

        assert (payment.fee_minor, payment.owed_minor) == (50_055, 950_000)
        assert book()["float:600000:working"] == 1_000_055

    def test_a_fee_above_the_payment_takes_all_and_is_told(
        self, paybill: Shortcode, house: Property, tenant: Tenant
    ) -> None:
        FeeRule.objects.create(
            partner=paybill.partner, flat_minor=20_000, valid_from=START, created_by="test",
            created_at=START,
        )  # fmt: skip

        payment = settled(paybill, account_typed="A7", amount_minor=10_000)

        assert (payment.fee_minor, payment.owed_minor) == (10_000, 0)
        assert payment.forward_due_at is None
        assert book() == {"float:600000:working": 10_000, "partner:fees": 10_000}
        assert Alert.objects.get().kind == "fee_above_payment"

    @pytest.mark.parametrize("disabled", ["house", "owner"])
    def test_rent_of_what_is_disabled_is_owed_but_not_forwarded(
        self, paybill: Shortcode, house: Property, owner: Owner, tenant: Tenant, disabled: str
    ) -> None:
        row = {"house": house, "owner": owner}[disabled]
        type(row).objects.filter(pk=row.pk).update(is_active=False)

        payment = settled(paybill, account_typed="A7")

        assert (payment.status, payment.forward_due_at) == ("allocated", None)
        assert book()["owner:owed"] == 950_000
        assert "is disabled" in Alert.objects.get(kind="rent_of_disabled").text

    def test_nowhere_is_owed_and_never_due(self, paybill: Shortcode, a_partner: Any) -> None:
        owner = make_owner(a_partner, paid_to="nowhere")
        make_property(owner, paybill, account="LILY")

        payment = settled(paybill, account_typed="LILY")

        assert (payment.paid_to, payment.forward_due_at) == ("nowhere", None)
        assert book()["owner:owed"] == 950_000

    def test_a_step_says_entry_house_and_tenant(
        self, paybill: Shortcode, house: Property, tenant: Tenant
    ) -> None:
        payment = settled(paybill, account_typed="A7")

        step = Step.objects.get(subject_id=str(payment.pk), to_status="allocated")
        assert step.actor == "system"
        assert step.details["entry"] == f"payment:{payment.pk}:allocated"
        assert (step.details["property"], step.details["tenant"]) == (
            str(house.pk), str(tenant.pk),
        )  # fmt: skip

    def test_a_tenant_of_another_house_is_refused(
        self, paybill: Shortcode, owner: Owner, house: Property, tenant: Tenant
    ) -> None:
        other = make_property(owner, paybill)

        with pytest.raises(Refused, match="does not rent"):
            allocated_payment(other, tenant)

        assert not Payment.objects.exists()

    def test_a_house_of_another_partner_is_refused(
        self, paybill: Shortcode, moved: MovedClock
    ) -> None:
        stranger = add_partner(name="Other Example Ltd", actor="test", at=START)
        foreign = make_property(make_owner(stranger), paybill)
        payment = received_payment(paybill)

        with pytest.raises(Refused, match="no such property"), transaction.atomic():
            allocate(
                payment, property=foreign, tenant=None, because="a try", actor="test", at=START
            )


class TestNamingTheTenant:
    def test_a_tenant_is_added_where_only_the_house_was_known(
        self, house: Property, tenant: Tenant
    ) -> None:
        payment = allocated_payment(house)

        with transaction.atomic():
            named = name_tenant(
                payment, tenant=tenant, because="the prompt", actor="system", at=START
            )

        payment.refresh_from_db()
        assert (named, payment.tenant) == (True, tenant)

    def test_a_tenant_who_is_known_stays(
        self, house: Property, tenant: Tenant, neighbour: Tenant
    ) -> None:
        payment = allocated_payment(house, tenant)

        with transaction.atomic():
            named = name_tenant(
                payment, tenant=neighbour, because="the prompt", actor="system", at=START
            )

        assert (named, payment.tenant) == (False, tenant)


def test_the_book_is_balanced_whatever_was_done(
    paybill: Shortcode, house: Property, tenant: Tenant, operator: Caller
) -> None:
    make_account(house, "ROOSE", source="learned")
    settled(paybill, account_typed="WRONG")
    settled(paybill, account_typed="roose")
    payment = settled(paybill, account_typed="A7", amount_minor=777_777)
    take_back(payment_id=payment.pk, reason="it was for B4", caller=operator, at=START)

    found = book()

    assert trial_balance().is_balanced
    assert found["float:600000:working"] == 2_777_777
    parts = ("received:600000:unallocated", "partner:fees", "owner:owed")
    assert sum(found[part] for part in parts) == 2_777_777
