"""A house of its own for each directed sequence."""

from collections.abc import Iterator
from typing import Any

import pytest

from core import clock
from tests.journeys.house import House
from tests.journeys.killing import in_a_fixed_order
from tests.journeys.oracle import Oracle
from tests.wire import RunningClock


@pytest.fixture(params=[True, False], ids=["refuses duplicates", "takes duplicates"])
def house(engine_db: None, key_pair: Any, request: pytest.FixtureRequest) -> Iterator[House]:
    """Everything stands still but what the test moves; the provider both ways."""
    source = RunningClock()
    with clock.reading_from(source), in_a_fixed_order():
        yield House(key_pair=key_pair, clock=source, seed=1, refuse_duplicates=request.param)


@pytest.fixture
def oracle(house: House) -> Oracle:
    return Oracle(house)
