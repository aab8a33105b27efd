"""A street of rents, and people at the desk."""

import pytest
from django.test import Client

from gateways.simulator import Simulator
from tests.rents.a_street import Street, a_street
from tests.staff import superuser
from tests.wire import MovedClock, Wire
from vault.models import Partner


@pytest.fixture
def street(wire: Wire, simulator: Simulator, a_partner: Partner, moved: MovedClock) -> Street:
    return a_street(wire, simulator, a_partner, moved)


@pytest.fixture
def desk(engine_db: None) -> Client:
    return superuser()
