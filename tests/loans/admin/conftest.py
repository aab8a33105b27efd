"""Loans of one partner, and people at the desk."""

import pytest
from django.test import Client

from tests.loans.admin.scene import Lent, lent
from tests.staff import superuser
from tests.wire import Wire
from vault.models import Partner, Shortcode


@pytest.fixture
def loans(wire: Wire, a_partner: Partner, a_shortcode: Shortcode) -> Lent:
    return lent(wire, a_partner)


@pytest.fixture
def desk(engine_db: None) -> Client:
    return superuser()
