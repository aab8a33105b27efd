"""A desk with a superuser, and a payout whose outcome is open."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from disbursements.models import DisbursementRequest
from tests.disbursements.troubled import TEMPORARY, fail
from tests.staff import superuser
from tests.wire import MovedClock


@pytest.fixture
def desk(engine_db: None) -> Client:
    return superuser()


@pytest.fixture
def accepted(sent: Callable[..., DisbursementRequest]) -> DisbursementRequest:
    """The provider took it; the outcome is open."""
    return sent(payee_name="Amina Example")


@pytest.fixture
def retrying(
    sent: Callable[..., DisbursementRequest], reports: Any, moved: MovedClock
) -> DisbursementRequest:
    """Proven not paid, to be sent again in some minutes."""
    return fail(sent("00001", payee_name="Amina Example"), reports, moved, TEMPORARY)


@pytest.fixture
def failed(
    sent: Callable[..., DisbursementRequest], reports: Any, moved: MovedClock
) -> DisbursementRequest:
    """Proven not paid, for good."""
    return fail(sent("00002"), reports, moved)


@pytest.fixture
def queries_of() -> Callable[[Client, str], int]:
    """How many queries a page makes."""

    def count(client: Client, url: str) -> int:
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        return len(queries)

    return count
