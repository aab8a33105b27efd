"""Ending a worker in the middle, as `kill -9` does, and running its threads in a fixed order."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from itertools import count
from typing import Any
from unittest.mock import patch
from uuid import UUID

from django.db import connection

from disbursements.models import DisbursementRequest, DisbursementRetryLog
from tests.sessions import leave_session

OPERATIONS = "disbursements.operations"
WRITES = ("INSERT", "UPDATE")


class Killed(BaseException):
    """No handler of ours sees this: the process is gone."""


class _OrderedFuture(Future[Any]):
    """A future whose place in a set depends on nothing but its number."""

    _numbers = count()

    def __init__(self) -> None:
        super().__init__()
        self._number = next(self._numbers)

    def __hash__(self) -> int:
        return self._number


class InlineThreads:
    """A ThreadPoolExecutor that does each call at once, so that a seed repeats a run."""

    def __init__(self, *limits: Any, **names: Any) -> None:
        pass

    def __enter__(self) -> "InlineThreads":
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def submit(self, call: Callable[..., Any], *arguments: Any, **named: Any) -> Future[Any]:
        """Do it, and keep what it brings or raises."""
        future = _OrderedFuture()
        try:
            future.set_result(call(*arguments, **named))
        except BaseException as error:  # noqa: BLE001 - as the real one does
            future.set_exception(error)
        return future

    def map(self, call: Callable[..., Any], *columns: Iterable[Any]) -> Iterator[Any]:
        """As the built-in, all done before the first is looked at."""
        futures = [self.submit(call, *arguments) for arguments in zip(*columns, strict=True)]
        return (future.result() for future in futures)


@contextmanager
def in_a_fixed_order() -> Iterator[None]:
    """Calls one after the other in the one thread there is; ids and references count upwards.

    The fence is otherwise looked after by a thread that is free while others call.
    """
    numbers = count(1)
    ids = [model._meta.get_field("id") for model in (DisbursementRequest, DisbursementRetryLog)]
    with ExitStack() as stack:
        for module in ("track", "new_booking", "claim_booking"):
            counted = patch(f"loans.operations.{module}.uuid4", lambda: UUID(int=next(numbers)))
            stack.enter_context(counted)
        for target, value in (
            (f"{OPERATIONS}.send.ThreadPoolExecutor", InlineThreads),
            (f"{OPERATIONS}.ask.ThreadPoolExecutor", InlineThreads),
            (f"{OPERATIONS}.fence.LOOK_AGE_S_MAX", float("inf")),
            (f"{OPERATIONS}.claim.new_reference", lambda: f"PV{next(numbers):017}"),
        ):
            stack.enter_context(patch(target, value))
        for field in ids:
            counted = patch.object(field, "_get_default", lambda: UUID(int=next(numbers)))
            stack.enter_context(counted)
        yield


@contextmanager
def killed_at_write(number: int) -> Iterator[None]:
    """The process ends before its write of this number (from 1); nothing happens without one."""
    left = [number]

    def count_down(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        if sql.lstrip()[:6].upper() in WRITES:
            left[0] -= 1
            if left[0] == 0:
                raise Killed
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(count_down):
        yield


def survives(work: Callable[[], object]) -> bool:
    """Run it; False when it was killed. The session then ends, and its locks with it."""
    try:
        work()
    except Killed:
        connection.rollback()
        leave_session()
        return False
    return True
