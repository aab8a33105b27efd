"""A house whose rent is collected, with Pull; a lender with its Mifos X: both on the wire."""

import pytest

from gateways import registry
from gateways.interface import PullRegistration
from gateways.simulator import Simulator
from tests.lending import a_connection, a_product, a_tenant
from tests.money_in import (
    make_collection,
    make_owner,
    make_property,
    make_shortcode,
    make_tenant,
)
from tests.reconciliation.collected import ANYBODY
from tests.reconciliation.lender import Lender
from tests.vault.prompts.conftest import House
from tests.wire import START, MovedClock, Wire
from vault.models import Collection, Partner, Shortcode
from vault.queries.collecting import access_of


@pytest.fixture
def house(wire: Wire, simulator: Simulator, a_partner: Partner, moved: MovedClock) -> House:
    shortcode = make_shortcode(a_partner, simulator.certificate_pem)
    row = make_property(make_owner(a_partner), shortcode, account="SUN")
    tenant = make_tenant(row, phones=("254700000001",), account="SUN-A3")
    return House(wire=wire, clock=moved, property=row, tenant=tenant, caller=ANYBODY)


@pytest.fixture
def pulling(house: House) -> Collection:
    """M-Pesa allows Pull for the house's paybill."""
    shortcode = house.property.shortcode
    registration = PullRegistration(nominated_msisdn="254700000009", url="https://vault.example/")
    registry.collector(access_of(shortcode)).register_pull(registration)
    return make_collection(shortcode, pull_registered_at=START)


@pytest.fixture
def lender(wire: Wire, a_partner: Partner, a_shortcode: Shortcode) -> Lender:
    assert a_shortcode.partner_id == a_partner.pk
    tenant = a_tenant(wire)
    a_connection(a_partner, tenant)
    a_product(a_partner)
    return Lender(wire, a_partner, tenant)
