"""The floor's tests: a moment, and callers that race."""

from datetime import UTC, datetime

import pytest

NOON = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@pytest.fixture
def noon() -> datetime:
    return NOON
