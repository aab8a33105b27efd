"""The process ends at any write: what is done again afterwards counts once."""

import json
from typing import Any

import pytest

from config.deliveries import deliver_due
from gateways import registry
from gateways.interface import PullRegistration
from gateways.memory.collect import MemoryCollections
from rents.operations.prove_rents import breaks
from tests.journeys.killing import killed_at_write, survives
from tests.money_in import make_collection
from tests.vault.payments.conftest import PHONE_1, book, confirm
from tests.vault.payments.test_confirm import BODY
from tests.wire import START, Wire
from vault.models import Collection, Payment, Shortcode, Tenant
from vault.operations.pull import pull_due
from vault.queries.collecting import CONFIRMATION, access_of, address_of

WRITES = 14
ONE_RENT = {"float:600000:working": 1_000_000, "partner:fees": 50_000, "owner:owed": 950_000}


class TestAConfirmation:
    @pytest.mark.parametrize("write", range(1, WRITES))
    def test_read_again_after_a_crash_it_counts_once(
        self, wire: Wire, paybill: Shortcode, tenant: Tenant, write: int
    ) -> None:
        url = address_of(shortcode=paybill, kind=CONFIRMATION)
        wire.post_body(url=url, body=json.dumps(BODY).encode())

        with killed_at_write(write):
            survives(deliver_due)
        deliver_due()

        assert Payment.objects.get().tenant == tenant
        assert book() == ONE_RENT
        assert list(breaks()) == []


class TestPull:
    @pytest.mark.parametrize("write", [1, 2, 3, 5, 8, 11, 14, 17, 20])
    def test_asked_again_after_a_crash_nothing_is_lost_or_counted_twice(
        self, paybill: Shortcode, tenant: Tenant, write: int
    ) -> None:
        provider = MemoryCollections()
        registration = PullRegistration(nominated_msisdn=PHONE_1, url="https://vault.example/")
        provider.collector(access_of(paybill)).register_pull(registration)
        make_collection(paybill, pull_registered_at=START)
        for _ in range(2):
            provider.pay(shortcode="600000", msisdn=PHONE_1, amount_minor=1_000_000, account="A7")
        with registry.use_collector(provider.collector):
            with killed_at_write(write):
                survives(lambda: pull_due(at=START))
            pull_due(at=START)

        assert Payment.objects.filter(tenant=tenant).count() == 2
        assert book() == {code: 2 * minor for code, minor in ONE_RENT.items()}
        assert Collection.objects.get().pulled_until == START


class TestAtOnce:
    def test_pull_and_the_confirmation_of_one_receipt(
        self, paybill: Shortcode, tenant: Tenant, together: Any
    ) -> None:
        provider = MemoryCollections()
        registration = PullRegistration(nominated_msisdn=PHONE_1, url="https://vault.example/")
        provider.collector(access_of(paybill)).register_pull(registration)
        make_collection(paybill, pull_registered_at=START)
        receipt = provider.pay(
            shortcode="600000", msisdn=PHONE_1, amount_minor=1_000_000, account="A7"
        )
        with registry.use_collector(provider.collector):
            together(lambda: pull_due(at=START), *[lambda: confirm(paybill, receipt=receipt)] * 5)

        payment = Payment.objects.get()
        assert (payment.pulled_at, payment.confirmed_at) == (START, START)
        assert book() == ONE_RENT
        assert list(breaks()) == []
