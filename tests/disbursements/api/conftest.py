"""A partner with a shortcode and a key, and its way of calling us."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from core import secrets
from disbursements.models import DisbursementRequest
from tests.disbursements.parking import park
from tests.people import a_person, token_of
from tests.wire import MovedClock
from vault.models import Partner, Shortcode
from vault.operations.add_api_key import add_api_key
from vault.operations.add_partner import add_partner

AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
Call = Callable[..., HttpResponse]


class Caller:
    """Calls the API with one key."""

    def __init__(self, key: str = "") -> None:
        self.key = key
        self.client = Client(raise_request_exception=False)

    def headers(self, more: dict[str, str] | None) -> dict[str, str]:
        own = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        return own | (more or {})

    def post(
        self, body: Any, *, headers: dict[str, str] | None = None, path: str = "/api/disburse"
    ) -> HttpResponse:
        content = body if isinstance(body, bytes | str) else json.dumps(body)
        return self.client.post(
            path, content, content_type="application/json", headers=self.headers(headers)
        )

    def get(self, path: str = "/api/disburse", **query: Any) -> HttpResponse:
        return self.client.get(path, query, headers=self.headers(None))


def add_shortcode_row(partner: Partner, number: str) -> Shortcode:
    row = Shortcode(
        number=number, partner=partner, kind="paybill", initiator_name="apiop",
        certificate="none needed here", created_at=AT,
    )  # fmt: skip
    row.sealed_credentials = secrets.seal({}, context=row.context)
    row.save()
    return row


def add_caller(name: str, number: str) -> tuple[Partner, Caller]:
    partner = add_partner(name=name, actor="test", at=AT)
    add_shortcode_row(partner, number)
    return partner, Caller(add_api_key(partner_id=partner.pk, actor="test", at=AT).key)


@pytest.fixture
def owner(db: None) -> tuple[Partner, Caller]:
    return add_caller("Umoja Example Ltd", "600111")


@pytest.fixture
def partner(owner: tuple[Partner, Caller]) -> Partner:
    return owner[0]


@pytest.fixture
def api(owner: tuple[Partner, Caller]) -> Caller:
    return owner[1]


@pytest.fixture
def stranger(db: None) -> Caller:
    return add_caller("Another Example", "600222")[1]


@pytest.fixture
def nobody() -> Caller:
    return Caller()


@pytest.fixture
def second_shortcode(partner: Partner) -> Shortcode:
    return add_shortcode_row(partner, "600333")


@pytest.fixture
def body() -> dict[str, Any]:
    return {
        "clientReference": "SAL-2026-11-0001",
        "msisdn": "0700 000 001",
        "amount": 1250,
        "remarks": "November salary",
        "payeeName": "Amina Example",
    }


@pytest.fixture
def desk_key(a_shortcode: Shortcode) -> Caller:
    """The key of the partner whose payouts `pay` and `sent` make."""
    return Caller(add_api_key(partner_id=a_shortcode.partner_id, actor="test", at=AT).key)


@pytest.fixture
def person(engine_db: None, moved: MovedClock) -> Callable[..., Caller]:
    """A member of staff with a token: `person("disbursements.…")` or `person(role="Viewer")`."""

    def sign_in(*permissions: str, **more: Any) -> Caller:
        return Caller(token_of(a_person(*permissions, **more), at=moved()))

    return sign_in


@pytest.fixture
def ended(sent: Any, reports: Any, moved: MovedClock) -> Callable[..., DisbursementRequest]:
    """A payout whose first attempt was refused with this code, and proven not paid."""

    def end(digits: str, code: str, **more: Any) -> DisbursementRequest:
        row = park(sent(digits, **more), reports, moved, code)
        row.refresh_from_db()
        return row

    return end
