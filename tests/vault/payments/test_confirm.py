"""A C2B confirmation counts at its shortcode's own address, from whom we know, once."""

import json
from typing import Any

import pytest
from django.db import transaction

from config.deliveries import deliver_due
from core.models import Alert
from gateways.interface import Delivery
from gateways.models import Callback
from tests.money_in import heard, make_collection, make_shortcode
from tests.vault.payments.conftest import PHONE_1, arrival_at, book, confirm, confirmed
from tests.wire import START, UNLISTED, Wire
from vault.models import Payment, Prompt, Shortcode, Tenant
from vault.operations.confirm import apply_payment_confirmed
from vault.operations.receive import Source
from vault.operations.take_in import take_in
from vault.queries.collecting import CONFIRMATION, VALIDATION, address_of

BODY = {
    "TransactionType": "Pay Bill", "TransID": "UKL1A2B3C4", "TransTime": "20261121105900",
    "TransAmount": "10000.00", "BusinessShortCode": "600000", "BillRefNumber": "a 007",
    "InvoiceNumber": "", "OrgAccountBalance": "", "ThirdPartyTransID": "",
    "MSISDN": "25470****001", "FirstName": "BARAKA", "MiddleName": "", "LastName": "",
}  # fmt: skip


class TestAConfirmation:
    def test_it_comes_through_the_door_and_is_allocated(
        self, wire: Wire, paybill: Shortcode, tenant: Tenant
    ) -> None:
        url = address_of(shortcode=paybill, kind=CONFIRMATION)

        for _ in range(2):
            wire.post_body(url=url, body=json.dumps(BODY).encode())
        deliver_due()

        payment = Payment.objects.get()
        outcomes = Callback.objects.order_by("id").values_list("outcome", "subject_id")
        assert (payment.tenant, payment.receipt) == (tenant, "UKL1A2B3C4")
        assert payment.payer_form == "masked"
        assert list(outcomes) == [
            ("applied", str(payment.pk)), ("duplicate", str(payment.pk)),
        ]  # fmt: skip

    def test_what_cannot_be_allocated_is_money_all_the_same(self, paybill: Shortcode) -> None:
        delivery, _ = confirm(paybill, account="who knows")

        assert delivery == Delivery.APPLIED
        assert Payment.objects.get().status == "unallocated"
        assert book()["received:600000:unallocated"] == 1_000_000

    def test_another_amount_under_the_same_receipt_contradicts(
        self, paybill: Shortcode, tenant: Tenant
    ) -> None:
        confirm(paybill)

        delivery, _ = confirm(paybill, amount_minor=2_000_000)

        assert delivery == Delivery.CONTRADICTORY
        assert book()["float:600000:working"] == 1_000_000

    def test_for_another_shortcode_it_is_told_and_not_settled(
        self, paybill: Shortcode, simulator: Any
    ) -> None:
        make_shortcode(paybill.partner, simulator.certificate_pem, number="600999")

        delivery, subject = apply_payment_confirmed(
            event=confirmed("600999"), arrival=arrival_at(paybill), at=START
        )

        alert = Alert.objects.get()
        assert (delivery, subject) == (Delivery.UNMATCHED, "")
        assert not Payment.objects.exists()
        assert (alert.kind, alert.key, alert.severity) == (
            "confirmation_misplaced", "600999", "critical",
        )  # fmt: skip

    @pytest.mark.parametrize("number", ["600001", "999999"])
    def test_for_no_shortcode_of_ours_it_is_told(self, paybill: Shortcode, number: str) -> None:
        delivery, _ = apply_payment_confirmed(
            event=confirmed(number), arrival=arrival_at(paybill), at=START
        )

        assert delivery == Delivery.UNMATCHED
        assert not Payment.objects.exists()

    def test_the_secret_of_another_kind_of_message_does_not_do(self, paybill: Shortcode) -> None:
        arrival = arrival_at(paybill, kind=VALIDATION)

        delivery, _ = apply_payment_confirmed(
            event=confirmed(paybill.number), arrival=arrival, at=START
        )

        assert delivery == Delivery.UNMATCHED

    def test_a_till_is_told_by_its_head_office_number(
        self, paybill: Shortcode, simulator: Any
    ) -> None:
        till = make_shortcode(
            paybill.partner, simulator.certificate_pem, number="600777", kind="till"
        )
        make_collection(till, business_number="600700")

        apply_payment_confirmed(event=confirmed("600700"), arrival=arrival_at(till), at=START)

        assert Payment.objects.get().shortcode == till


class TestFromAStranger:
    def test_it_is_written_down_and_waits(self, paybill: Shortcode, tenant: Tenant) -> None:
        confirm(paybill, listed=False)

        payment, alert = Payment.objects.get(), Alert.objects.get()
        assert (payment.status, payment.forward_due_at) == ("unallocated", None)
        assert (alert.kind, alert.severity) == ("confirmation_not_listed", "critical")

    def test_told_again_by_somebody_we_know_it_is_allocated(
        self, paybill: Shortcode, tenant: Tenant
    ) -> None:
        confirm(paybill, listed=False)

        confirm(paybill)

        assert Payment.objects.get().tenant == tenant
        assert not Alert.objects.filter(closed_at=None).exists()

    def test_pulled_too_it_is_allocated(self, paybill: Shortcode, tenant: Tenant) -> None:
        confirm(paybill, listed=False)

        with transaction.atomic():
            take_in(heard=heard(paybill, receipt="UKL0000001", source=Source.PULL), at=START)

        assert Payment.objects.get().tenant == tenant
        assert not Alert.objects.filter(closed_at=None).exists()

    def test_through_the_door(self, wire: Wire, paybill: Shortcode, tenant: Tenant) -> None:
        url = address_of(shortcode=paybill, kind=CONFIRMATION)

        wire.post_body(url=url, body=json.dumps(BODY).encode(), source=UNLISTED)
        deliver_due()

        assert Payment.objects.get().status == "unallocated"

    def test_under_a_secret_that_we_did_not_make_nothing_is_read(
        self, wire: Wire, paybill: Shortcode
    ) -> None:
        url = address_of(shortcode=paybill, kind=CONFIRMATION)

        status = wire.post_body(url=f"{url[:-5]}AAAA/", body=json.dumps(BODY).encode())
        deliver_due()

        assert status == 404
        assert not Payment.objects.exists()


class TestOfALargeAmount:
    @pytest.fixture(autouse=True)
    def _limit(self, settings: Any) -> None:
        settings.VAULT_CONFIRM_ABOVE_KES = 9_999

    def test_it_waits_until_pull_tells_of_it_too(self, paybill: Shortcode, tenant: Tenant) -> None:
        confirm(paybill)
        waits = Payment.objects.get().status

        with transaction.atomic():
            take_in(heard=heard(paybill, receipt="UKL0000001", source=Source.PULL), at=START)

        payment = Payment.objects.get()
        assert (waits, payment.status, payment.tenant) == ("unallocated", "allocated", tenant)
        assert not Alert.objects.filter(closed_at=None).exists()

    def test_c2b_twice_is_one_witness(self, paybill: Shortcode, tenant: Tenant) -> None:
        for _ in range(2):
            confirm(paybill)

        alert = Alert.objects.get()
        assert Payment.objects.get().status == "unallocated"
        assert (alert.severity, "VAULT_CONFIRM_ABOVE_KES" in alert.text) == ("critical", True)

    def test_a_usual_amount_is_believed(self, paybill: Shortcode, tenant: Tenant) -> None:
        confirm(paybill, amount_minor=999_900)

        assert Payment.objects.get().tenant == tenant


class TestWithAPrompt:
    def test_a_paid_prompt_without_receipt_gets_its_payment(
        self, paybill: Shortcode, tenant: Tenant
    ) -> None:
        prompt = a_paid_prompt(tenant)

        confirm(paybill, account="ROSE")

        payment = Payment.objects.get()
        prompt.refresh_from_db()
        assert (prompt.payment, payment.tenant) == (payment, tenant)


def a_paid_prompt(tenant: Tenant) -> Prompt:
    """A query said that it is paid; nobody has told the receipt yet."""
    return Prompt.objects.create(
        partner=tenant.property.partner, shortcode=tenant.property.shortcode,
        property=tenant.property, tenant=tenant, status="paid", status_at=START, msisdn=PHONE_1,
        amount_minor=1_000_000, currency="KES", account="ROSE", description="Rent",
        secret_digest=b"1" * 32, checkout_id="ws_CO_1", code="0", origin="test",
        created_by="test", created_at=START,
    )  # fmt: skip
