"""An owner and a property of theirs, added as at the desk, and who may do so."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from core.callers import Caller
from tests.staff import superuser
from tests.wire import MovedClock
from vault.models import Owner, Partner, Property, Shortcode
from vault.operations.owners import add_owner
from vault.operations.properties import add_property
from vault.rules.rental_facts import OwnerFacts, PropertyFacts

AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
REASON = "the owner wrote on 20 November"
PAYBILL = {"paid_to": "paybill", "receiver_number": "600222", "receiver_account": "PROP001"}


def a_caller(*permissions: str, partners: Iterable[UUID] | None = None) -> Caller:
    """Somebody with just these permissions; without any, with all."""
    return Caller(
        actor="mwangi",
        origin="test",
        partners=None if partners is None else frozenset(partners),
        permissions=frozenset(permissions) if permissions else None,
    )


def owner_facts(**values: Any) -> OwnerFacts:
    """Paid at once to a paybill."""
    return OwnerFacts(**{"name": "Amina Example", "forward_when": "at_once", **PAYBILL, **values})


def property_facts(**values: Any) -> PropertyFacts:
    return PropertyFacts(
        **{
            "name": "Sunset Apartments",
            "account_reference": "SUN",
            "rent_minor": 1_000_000,
            **values,
        }
    )


@pytest.fixture
def owner(partner: Partner) -> Owner:
    return add_owner(partner_id=partner.pk, facts=owner_facts(), caller=a_caller(), at=AT)


@pytest.fixture
def sunset(owner: Owner, shortcode: Shortcode) -> Property:
    return add_property(owner_id=owner.pk, facts=property_facts(), caller=a_caller(), at=AT)


def at(model: str, page: str, row: Any = None) -> str:
    """The address of a page of the desk."""
    return reverse(f"admin:vault_{model}_{page}", args=[] if row is None else [row.pk])


def content(desk: Client, address: str) -> str:
    """What stands there."""
    answer = desk.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


@pytest.fixture
def desk(db: None, moved: MovedClock) -> Client:
    return superuser()
