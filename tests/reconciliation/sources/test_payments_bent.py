"""Payments received with one side bent: each difference is told, once."""

import json

import ledger.operations as books
from config.deliveries import deliver_due
from core.models import Step
from gateways.simulator import Simulator
from tests.money_in import make_owner, make_shortcode
from tests.reconciliation.collected import (
    BODY,
    all_hearsay,
    bent,
    confirm,
    judged,
    the_only,
)
from tests.vault.prompts.conftest import House
from tests.wire import START, UNLISTED
from vault.models import Collection, Partner, Payment, Prompt
from vault.operations.pull import pull_due
from vault.queries.collecting import CONFIRMATION, address_of


class TestAmounts:
    def test_another_amount_of_the_same_receipt(self, house: House) -> None:
        payment = confirm(house)
        confirm(house, TransAmount="9000.00")

        found = the_only(payment)

        assert (found.kind, found.stake_minor, found.is_loss) == ("amount_mismatch", 100_000, True)
        assert (found.here, found.there) == (
            {"amount": "KES 10,000.00"}, {"amount": "KES 9,000.00"},
        )  # fmt: skip

    def test_another_currency(self, house: House) -> None:
        payment = confirm(house)
        bent("UPDATE vault_payment SET currency = 'USD' WHERE id = %s", [payment.pk])

        kinds = {each.kind for each in judged(payment).differences}

        assert "currency_mismatch" in kinds

    def test_pull_that_tells_otherwise(self, house: House, pulling: Collection) -> None:
        house.collect()
        callback = house.callback()
        confirm_as = {"TransID": house.receipt_in(callback), "TransAmount": "9000.00"}
        body = json.dumps(BODY | confirm_as).encode()
        url = address_of(shortcode=house.property.shortcode, kind=CONFIRMATION)
        house.wire.post_body(url=url, body=body)
        deliver_due()
        payment = Payment.objects.get()

        pull_due(at=house.clock.forward(minutes=30))

        found = the_only(payment)
        assert (found.kind, found.about, found.there_name, found.is_loss) == (
            "amount_mismatch", "pull", "Pull Transactions", True,
        )  # fmt: skip
        assert Step.objects.filter(because__startswith="contradiction: Pull").exists()


class TestTwice:
    def test_two_receipts_for_one_prompt(self, house: House) -> None:
        house.collect()
        callback = house.callback()
        house.read(callback)
        payment = Payment.objects.get()
        house.read_changed(callback, MpesaReceiptNumber="UKL9Z9Z9Z9")

        found = the_only(payment)

        assert (found.kind, found.about, found.is_loss) == ("duplicate", "UKL9Z9Z9Z9", True)

    def test_one_receipt_for_two_prompts(self, house: House) -> None:
        house.collect()
        payment_callback = house.callback()
        house.read(payment_callback)
        payment = Payment.objects.get()
        second = house.collect("00002")
        Prompt.objects.filter(pk=second.pk).update(receipt=payment.receipt, status="paid")

        found = the_only(payment)

        assert (found.kind, found.about) == ("duplicate", f"prompt {second.pk}")

    def test_one_receipt_at_two_shortcodes(
        self, house: House, a_partner: Partner, simulator: Simulator
    ) -> None:
        other = make_shortcode(a_partner, simulator.certificate_pem, number="600999")
        payment = confirm(house)
        body = json.dumps(BODY | {"BusinessShortCode": "600999"}).encode()
        house.wire.post_body(url=address_of(shortcode=other, kind=CONFIRMATION), body=body)
        deliver_due()

        found = the_only(payment)

        assert (found.kind, found.about) == ("duplicate", "UKL1A2B3C4 to 600999")


class TestTheLedger:
    def test_another_split_than_was_booked(self, house: House) -> None:
        payment = confirm(house)
        Payment.objects.filter(pk=payment.pk).update(
            fee_minor=payment.fee_minor + 100, owed_minor=payment.owed_minor - 100
        )

        found = the_only(payment)

        assert (found.kind, found.stake_minor) == ("fee_mismatch", 100)
        assert found.here == {"fee": "KES 501.00", "owed": "KES 9,499.00"}
        assert found.there == {"fee": "KES 500.00", "owed": "KES 9,500.00"}

    def test_another_owner_than_was_booked(self, house: House) -> None:
        payment = confirm(house)
        another = make_owner(payment.partner)
        Payment.objects.filter(pk=payment.pk).update(owner=another)

        assert the_only(payment).kind == "fee_mismatch"

    def test_a_receipt_that_was_never_booked(self, house: House) -> None:
        payment = confirm(house)
        bent(
            "DELETE FROM ledger_line USING ledger_entry e WHERE entry_id = e.id"
            " AND e.reference LIKE %s",
            [f"payment:{payment.pk}:%"],
        )

        kinds = sorted(each.kind for each in judged(payment).differences)

        assert kinds == ["fee_mismatch", "ledger_mismatch"]

    def test_an_allocation_that_was_reversed_alone(self, house: House) -> None:
        payment = confirm(house)
        books.reverse(reference=f"payment:{payment.pk}:allocated", because="bent", at=START)

        found = the_only(payment)

        assert found.kind == "ledger_mismatch"
        assert found.text == (
            "It is allocated, and KES 10,000.00 of it stand in the ledger as nobody's"
        )


class TestMissingAtTheProvider:
    def test_hearsay_that_pull_does_not_know(self, house: House, pulling: Collection) -> None:
        payment = confirm(house, source=UNLISTED)
        pull_due(at=house.clock.forward(hours=5))

        found = the_only(payment)

        assert (found.kind, found.is_loss) == ("missing_at_provider", False)

    def test_hearsay_that_was_acted_on_is_lost(self, house: House, pulling: Collection) -> None:
        payment = confirm(house)
        all_hearsay()
        pull_due(at=house.clock.forward(hours=5))

        found = the_only(payment)

        assert (found.kind, found.is_loss) == ("missing_at_provider", True)

    def test_before_pull_has_passed_its_hours_nothing_is_missing(
        self, house: House, pulling: Collection
    ) -> None:
        payment = confirm(house)
        pull_due(at=house.clock.forward(hours=3))

        assert judged(payment).result == "matched"

    def test_in_a_gap_of_pull_nothing_is_missing(self, house: House, pulling: Collection) -> None:
        pull_due(at=house.clock())
        payment = confirm(house)
        pull_due(at=house.clock.forward(hours=72))

        assert judged(payment).result == "matched"
