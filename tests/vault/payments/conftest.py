"""One owner, one house with two tenants, paid to the paybill 600000."""

from typing import Any

import pytest

from core.callers import Caller
from gateways.interface import Arrival, PaymentConfirmed
from gateways.simulator import Simulator
from ledger.queries import balances
from tests.money_in import full, make_owner, make_property, make_shortcode, make_tenant
from tests.wire import START
from vault.models import Owner, Partner, Property, Shortcode, Tenant
from vault.operations.confirm import apply_payment_confirmed
from vault.queries import collecting

PHONE_1, PHONE_2 = "254700010001", "254700010002"


@pytest.fixture
def paybill(a_partner: Partner, simulator: Simulator) -> Shortcode:
    return make_shortcode(a_partner, simulator.certificate_pem)


@pytest.fixture
def owner(a_partner: Partner) -> Owner:
    return make_owner(a_partner, name="Amina Example")


@pytest.fixture
def house(owner: Owner, paybill: Shortcode) -> Property:
    return make_property(owner, paybill, account="ROSE", name="Rose Court Example")


@pytest.fixture
def tenant(house: Property) -> Tenant:
    return make_tenant(house, phones=(PHONE_1,), account="A-007", name="Baraka Example")


@pytest.fixture
def neighbour(house: Property) -> Tenant:
    return make_tenant(house, phones=(PHONE_2,), account="A-008", name="Chiku Example")


@pytest.fixture
def operator() -> Caller:
    """The machine's operator."""
    return Caller(actor="test", origin="test", partners=None, permissions=None)


def arrival_at(
    shortcode: Shortcode, *, listed: bool = True, kind: str = collecting.CONFIRMATION
) -> Arrival:
    """How a message comes to the shortcode's own address."""
    digest = next(
        iter(
            collecting.inbox.standing_digests(
                provider="daraja", kind=kind, subject=shortcode.number
            )
        )
    )
    return Arrival(callback_id=1, secret_digest=digest, source_listed=listed, received_at=START)


def confirmed(number: str, **more: Any) -> PaymentConfirmed:
    """What C2B tells of a rent of KES 10,000.00."""
    values = {
        "receipt": "UKL0000001", "shortcode": number, "amount_minor": 1_000_000,
        "currency": "KES", "account": "A-007", "payer": full(PHONE_1), "paid_at": START,
    }  # fmt: skip
    return PaymentConfirmed(**values | more)


def confirm(shortcode: Shortcode, *, listed: bool = True, at: Any = START, **more: Any) -> Any:
    """Apply it as the delivery loop does."""
    return apply_payment_confirmed(
        event=confirmed(shortcode.number, **more),
        arrival=arrival_at(shortcode, listed=listed),
        at=at,
    )


def book() -> dict[str, int]:
    """Every account that is not at 0, by its code without the ids and the currency."""
    return {
        _plain(each.code): each.balance_minor for each in balances() if each.balance_minor != 0
    }


def _plain(code: str) -> str:
    return ":".join(part for part in code.split(":") if len(part) != 36 and part != "KES")
