"""A desk with a superuser, and a payout whose outcome is open."""

from collections.abc import Callable

import pytest
from django.test import Client

from disbursements.models import DisbursementRequest
from tests.staff import superuser


@pytest.fixture
def desk(engine_db: None) -> Client:
    return superuser()


@pytest.fixture
def accepted(sent: Callable[..., DisbursementRequest]) -> DisbursementRequest:
    """The provider took it; the outcome is open."""
    return sent(payee_name="Amina Example")
