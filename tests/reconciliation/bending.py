"""Callbacks of M-Pesa's on their way, bent; rows and books changed behind our back."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from django.db import connection

from config.deliveries import deliver_due
from config.schedules import SWEEPS
from gateways.simulator import PendingCallback
from reconciliation.rules.judge import judge
from reconciliation.rules.sides import Difference, Judgement, Record
from reconciliation.sources.payouts import PayoutSource
from tests.wire import LISTED, Wire

SOURCE = PayoutSource()
Change = Callable[[dict[str, Any]], None]


def due(wire: Wire, *, minutes: float = 1) -> list[PendingCallback]:
    """What is on its way by then, taken out of the wire."""
    wire.clock.forward(minutes=minutes)
    return list(wire.simulator.due_callbacks(wire.clock()))


def send(*names: str) -> None:
    """These sweeps, once."""
    for name in names or ("send",):
        SWEEPS[name].run()


def post(
    wire: Wire, callback: PendingCallback, change: Change | None = None, *, source: str = LISTED
) -> None:
    """Deliver it, bent, and read it."""
    body = json.loads(callback.body)
    if change is not None:
        change(body["Result"])
    wire.post(replace(callback, body=json.dumps(body).encode()), source=source)
    deliver_due()


def parameter(name: str, value: object) -> Change:
    """One of the result's parameters is another."""

    def change(result: dict[str, Any]) -> None:
        for each in result["ResultParameters"]["ResultParameter"]:
            if each["Key"] == name:
                each["Value"] = value

    return change


def receipt(value: str) -> Change:
    """Another receipt, in both places."""

    def change(result: dict[str, Any]) -> None:
        result["TransactionID"] = value
        parameter("TransactionReceipt", value)(result)

    return change


def failed(code: str = "2040") -> Change:
    """A failure, in the place of a success."""

    def change(result: dict[str, Any]) -> None:
        result["ResultCode"], result["ResultDesc"] = code, "Failed"
        result.pop("ResultParameters", None)

    return change


@contextmanager
def behind_our_back() -> Iterator[Any]:
    """A cursor whose changes no trigger sees."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        try:
            yield cursor
        finally:
            cursor.execute("SET session_replication_role = DEFAULT")


def record_of(row: Any, *, source: Any = SOURCE) -> Record:
    """All sides of this payout as they are now."""
    record: Record = source.read([str(row.pk)])[str(row.pk)]
    return record


def judged(wire: Wire, row: Any, *, source: Any = SOURCE) -> Judgement:
    """What they come to now."""
    return judge(record_of(row, source=source), at=wire.clock())


def found(wire: Wire, row: Any, kind: str, *, source: Any = SOURCE) -> Difference:
    """The one difference of this kind."""
    differences = judged(wire, row, source=source).differences
    (difference,) = [each for each in differences if each.kind == kind]
    return difference


def kinds(wire: Wire, row: Any, *, source: Any = SOURCE) -> set[str]:
    """The kinds of difference there are now."""
    return {each.kind for each in judged(wire, row, source=source).differences}


def a_paid_one(pay: Any, wire: Wire, digits: str = "00001", **more: Any) -> Any:
    """A payout that was paid, and the callback that told of it."""
    row = pay(digits, **more)
    send()
    (callback,) = due(wire)
    post(wire, callback)
    row.refresh_from_db()
    assert row.status == "completed"
    return row, callback
