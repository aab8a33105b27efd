"""What tests of the engine share: a source of their own, and a short way to ask for checks."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from reconciliation.models import SubjectKind
from reconciliation.operations.request_check import request
from tests.watching import TableSource, only_source
from tests.wire import MovedClock


@pytest.fixture
def source(engine_db: None) -> Iterator[TableSource]:
    """The only source there is, on an empty database that is committed to."""
    source = TableSource()
    with only_source(source):
        yield source


@pytest.fixture
def ask(source: TableSource, moved: MovedClock) -> Callable[..., int]:
    """Have payments of these ids checked now."""

    def ask_for(*ids: str, trigger: str = "change", **more: Any) -> int:
        return request(
            subjects=[(SubjectKind.PAYMENT, each, None) for each in ids], trigger=trigger,
            actor="system", at=moved(), **more,
        )  # fmt: skip

    return ask_for
