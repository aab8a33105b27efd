"""Registering addresses and Pull; judging payments at the door; the commands."""

from collections.abc import Iterator
from typing import Any

import pytest

from config.deliveries import deliver_due
from core.callers import Caller, NotAllowed
from core.models import Step
from core.refusals import Refused
from gateways import registry
from gateways.errors import Unclear
from gateways.interface import TAKEN, PaymentToValidate, Refusal, Verdict
from gateways.memory.collect import MemoryCollections, MemoryCollector
from gateways.models import Call
from gateways.simulator import Simulator
from tests.commands import answer_of, refusal_of, said
from tests.money_in import full, make_collection, make_shortcode, received_payment
from tests.vault.payments.conftest import PHONE_1, arrival_at
from tests.wire import START, MovedClock, Wire
from vault.jobs import pull
from vault.models import Collection, Owner, Payment, Property, Shortcode, Tenant
from vault.operations.register import register_pull, register_urls
from vault.operations.validate import answer
from vault.queries.collecting import VALIDATION, address_of


@pytest.fixture
def provider() -> Iterator[MemoryCollections]:
    provider = MemoryCollections()
    with registry.use_collector(provider.collector):
        yield provider


class TestRegistering:
    def test_addresses_are_registered_once(
        self, provider: MemoryCollections, paybill: Shortcode, operator: Caller
    ) -> None:
        register_urls(number="600000", caller=operator, at=START)

        with pytest.raises(Refused, match="already registered"):
            register_urls(number="600000", caller=operator, at=START)

        assert Collection.objects.get().urls_registered_at == START
        assert Call.objects.filter(kind="register_urls").count() == 2
        assert Step.objects.filter(subject_type="Collection", actor="test").count() == 1

    def test_a_payment_is_then_told_at_the_shortcodes_own_address(
        self, provider: MemoryCollections, paybill: Shortcode, operator: Caller
    ) -> None:
        register_urls(number="600000", caller=operator, at=START)

        provider.pay(shortcode="600000", msisdn=PHONE_1, amount_minor=100, account="A7")

        [(url, _)] = provider.events()
        assert url == address_of(shortcode=paybill, kind="c2b-confirmation")

    def test_pull_may_be_registered_again(
        self, provider: MemoryCollections, paybill: Shortcode, operator: Caller
    ) -> None:
        for _ in range(2):
            register_pull(
                number="600000", nominated_msisdn="0700 010 001", caller=operator, at=START
            )

        row = Collection.objects.get()
        assert (row.nominated_msisdn, row.pull_registered_at) == (PHONE_1, START)

    def test_a_lost_answer_is_told_and_nothing_is_noted(
        self, provider: MemoryCollections, paybill: Shortcode, operator: Caller,
        monkeypatch: Any,
    ) -> None:  # fmt: skip
        def lost(*args: Any) -> Any:
            raise Unclear("the answer was lost")

        monkeypatch.setattr(MemoryCollector, "register_urls", lost)

        with pytest.raises(Refused, match="try again"):
            register_urls(number="600000", caller=operator, at=START)

        assert Collection.objects.get().urls_registered_at is None

    @pytest.mark.parametrize(
        ("more", "field"),
        [({"number": "600001"}, "number"), ({"business_number": "12"}, "business-number")],
    )
    def test_what_is_wrong_is_named(
        self, paybill: Shortcode, operator: Caller, more: dict[str, Any], field: str
    ) -> None:
        with pytest.raises(Refused) as refused:
            register_urls(**{"number": "600000", "caller": operator, "at": START} | more)

        assert refused.value.field == field

    def test_without_the_permission_it_is_refused(self, paybill: Shortcode) -> None:
        caller = Caller(actor="amina", origin="admin", partners=None, permissions=frozenset())

        with pytest.raises(NotAllowed):
            register_pull(number="600000", nominated_msisdn=PHONE_1, caller=caller, at=START)


class TestAtTheDoor:
    @pytest.fixture(autouse=True)
    def _strict(self, settings: Any) -> None:
        settings.VAULT_REFUSE_UNKNOWN_ACCOUNTS = True

    @pytest.mark.parametrize("account", ["a7", "ROSE", "0700010001"])
    def test_a_known_account_or_phone_is_taken(
        self, paybill: Shortcode, tenant: Tenant, account: str
    ) -> None:
        assert asked(paybill, account=account) == TAKEN

    def test_an_unknown_account_is_refused(self, paybill: Shortcode, tenant: Tenant) -> None:
        assert asked(paybill, account="QQQQ").refusal is Refusal.ACCOUNT

    def test_by_default_everything_is_taken(self, paybill: Shortcode, settings: Any) -> None:
        settings.VAULT_REFUSE_UNKNOWN_ACCOUNTS = False

        assert asked(paybill, account="QQQQ") == TAKEN

    def test_a_disabled_house_is_refused(self, paybill: Shortcode, house: Property) -> None:
        Property.objects.update(is_active=False)

        assert asked(paybill, account="ROSE").refusal is Refusal.ACCOUNT

    def test_a_disabled_owner_is_refused(self, paybill: Shortcode, house: Property) -> None:
        Owner.objects.update(is_active=False)

        assert asked(paybill, account="ROSE").refusal is Refusal.ACCOUNT

    def test_for_another_shortcode_it_is_refused(
        self, paybill: Shortcode, tenant: Tenant, simulator: Simulator
    ) -> None:
        make_shortcode(paybill.partner, simulator.certificate_pem, number="600999")

        assert asked(paybill, account="a7", shortcode="600999").refusal is Refusal.SHORTCODE

    def test_nothing_is_written_down(self, paybill: Shortcode, tenant: Tenant) -> None:
        asked(paybill, account="a7")

        assert not Payment.objects.exists()


def asked(paybill: Shortcode, **more: Any) -> Verdict:
    """What we answer to a payment of KES 100.00 to the paybill."""
    values = {
        "receipt": "UKL0000001", "shortcode": "600000", "amount_minor": 10_000, "currency": "KES",
        "payer": full(PHONE_1),
    }  # fmt: skip
    return answer(
        payment=PaymentToValidate(**values | more),
        secret_digest=arrival_at(paybill, kind=VALIDATION).secret_digest,
    )


class TestOnTheWire:
    def test_a_payment_straight_to_the_paybill_is_validated_confirmed_and_allocated(
        self, wire: Wire, paybill: Shortcode, tenant: Tenant, operator: Caller, settings: Any,
        moved: MovedClock,
    ) -> None:  # fmt: skip
        settings.VAULT_REFUSE_UNKNOWN_ACCOUNTS = True
        register_urls(number="600000", caller=operator, at=START)
        wire.simulator.switch_validation(shortcode="600000", on=True)
        for account in ("A 7", "QQQQ"):
            wire.simulator.pay(
                shortcode="600000", msisdn=PHONE_1, shillings=10_000, account=account
            )

        for _ in range(3):
            wire.deliver()
            moved.forward(seconds=5)
        deliver_due()

        payment = Payment.objects.get()
        assert (payment.tenant, payment.confirmed_at) == (tenant, moved())

    def test_what_was_told_to_nobody_is_pulled(
        self, wire: Wire, paybill: Shortcode, tenant: Tenant, operator: Caller,
        moved: MovedClock,
    ) -> None:  # fmt: skip
        register_pull(number="600000", nominated_msisdn=PHONE_1, caller=operator, at=START)
        receipt = wire.simulator.pay(
            shortcode="600000", msisdn=PHONE_1, shillings=10_000, account="A7"
        ).receipt
        moved.forward(minutes=30)
        wire.drop()

        new = pull()

        payment = Payment.objects.get()
        assert (new, payment.receipt, payment.tenant) == (1, receipt, tenant)


class TestCommands:
    def test_a_dry_run_shows_the_addresses_and_registers_nothing(
        self, provider: MemoryCollections, paybill: Shortcode
    ) -> None:
        found = answer_of("register_urls", "600000", "--dry-run")

        assert found["confirmation"] == address_of(shortcode=paybill, kind="c2b-confirmation")
        assert not Collection.objects.exists()

    def test_addresses_and_pull_are_registered(
        self, provider: MemoryCollections, paybill: Shortcode
    ) -> None:
        said("register_urls", "600000")
        said("register_urls", "600000", "--pull", "0700010001")

        row = Collection.objects.get()
        assert row.urls_registered_at is not None
        assert row.pull_registered_at is not None

    def test_transactions_are_pulled(
        self, provider: MemoryCollections, paybill: Shortcode, tenant: Tenant
    ) -> None:
        said("register_urls", "600000", "--pull", "0700010001")
        provider.pay(shortcode="600000", msisdn=PHONE_1, amount_minor=100_000, account="A7")

        dry = answer_of("pull_transactions", "--dry-run")
        found = answer_of("pull_transactions", "600000")

        assert dry["dryRun"] is True
        assert (found["new"], Payment.objects.get().tenant) == (1, tenant)

    def test_a_shortcode_that_cannot_be_asked_ends_with_an_error(
        self, provider: MemoryCollections, paybill: Shortcode
    ) -> None:
        make_collection(paybill, pull_registered_at=START)

        assert "Invalid ShortCode" in str(refusal_of("pull_transactions"))
        assert "not registered" in str(refusal_of("pull_transactions", "600001"))

    def test_a_payment_is_shown_allocated_and_taken_back(
        self, paybill: Shortcode, tenant: Tenant
    ) -> None:
        payment = received_payment(paybill, account_typed="A-OO7")
        to = (payment.receipt, "--property", str(tenant.property_id), "--tenant", str(tenant.pk))
        why = ("--reason", "the tenant called")

        shown = answer_of("allocate_payment", payment.receipt)
        dry = answer_of("allocate_payment", *to, *why, "--dry-run")
        after_dry = Payment.objects.get().status
        done = answer_of("allocate_payment", *to, *why, "--remember")
        back = answer_of("allocate_payment", payment.receipt, "--take-back", *why)

        assert shown["candidates"][0]["tenant"] == str(tenant.pk)
        assert (dry["status"], after_dry) == ("allocated", "unallocated")
        assert (done["tenant"], back["status"]) == (str(tenant.pk), "unallocated")
        assert "reason" in str(refusal_of("allocate_payment", *to))
        assert "no payment" in str(refusal_of("allocate_payment", "UKL9999999"))

    def test_cash_is_recorded(self, paybill: Shortcode, house: Property) -> None:
        arguments = (
            "record_cash", "--property", str(house.pk), "--amount", "10000", "--receipt", "0012",
            "--reason", "paid at the office",
        )  # fmt: skip

        dry = answer_of(*arguments, "--dry-run")
        count = Payment.objects.count()
        done = answer_of(*arguments)

        assert (dry["fee"], count, done["fee"]) == ("500.00", 0, "500.00")
        assert "recorded already" in str(refusal_of(*arguments))
