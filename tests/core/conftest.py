"""The floor's tests: a moment, and callers that race."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

NOON = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@pytest.fixture
def noon() -> datetime:
    return NOON


@pytest.fixture
def together() -> Callable[..., list[Any]]:
    """Run callables at the same moment, each on a database session of its own.

    Answers with what each returned, or the exception it raised.
    """

    def run(*calls: Callable[[], Any]) -> list[Any]:
        start = Barrier(len(calls))

        def one(call: Callable[[], Any]) -> Any:
            try:
                connection.ensure_connection()
                start.wait(timeout=10)
                return call()
            except Exception as error:  # noqa: BLE001 - the test looks at it
                return error
            finally:
                connection.close()

        with ThreadPoolExecutor(len(calls)) as pool:
            return list(pool.map(one, calls))

    return run
