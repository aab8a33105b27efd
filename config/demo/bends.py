"""Ways to make the sides differ: our rows changed behind everybody's back, or the provider lies.

Only for rehearsals: a row is changed past its triggers, with a note in its trail, and put right.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pgtrigger
from django.db import models, transaction

from config.demo.provider import simulator
from core import clock, jobs, states
from disbursements.models import DisbursementRequest, DisbursementRetryLog
from disbursements.operations.ask_afresh import ask_afresh
from gateways.interface import Delivery
from gateways.models import Callback
from reconciliation.models import SubjectKind
from reconciliation.operations.request_check import JOB as RECONCILE
from reconciliation.operations.request_check import request

BENT = "bent for the rehearsal, behind the back of whoever counts"
PUT_RIGHT = "put right, for the rehearsal"
LATE_BY = timedelta(hours=2)


@dataclass
class Bend:
    """One difference. `bend` makes it and `put_right` ends it; both tell whoever compares.

    `keep_at_it` is called while something is waited for.
    """

    kind: str
    text: str
    subject_id: str
    bend: Callable[[], None]
    put_right: Callable[[], None]
    keep_at_it: Callable[[], None] = field(default=lambda: None)


def of_row(kind: str, text: str, row: Any, changes: Mapping[str, Any]) -> Bend:
    """Columns of a row of ours are others than they were."""
    former = {name: getattr(row, name) for name in changes}
    return Bend(
        kind=kind, text=text, subject_id=str(row.pk),
        bend=lambda: _change(row, changes, note=row, because=BENT),
        put_right=lambda: _change(row, former, note=row, because=PUT_RIGHT),
    )  # fmt: skip


def of_clock(row: DisbursementRequest) -> Bend:
    """A payout under way is made older than it is; it is paid soon, and late no more."""
    attempt = DisbursementRetryLog.objects.filter(disbursement=row).latest("retry_attempt")
    began_at = attempt.retry_timestamp
    earlier = {"retry_timestamp": began_at - clock.scaled(LATE_BY)}
    former = {"retry_timestamp": began_at}
    return Bend(
        kind="late", text="a payout is still under way after its hour", subject_id=str(row.pk),
        bend=lambda: _change(attempt, earlier, note=row, because=BENT),
        put_right=lambda: _change(attempt, former, note=row, because=PUT_RIGHT),
    )  # fmt: skip


def of_provider(row: DisbursementRequest) -> Bend:
    """The provider has forgotten a payment, and remembers it later."""

    def ask() -> None:
        with transaction.atomic():
            ask_afresh(ids=[row.pk], rails=[row.rail], at=clock.database_now())
        jobs.after_commit("ask")

    def tell(*, forgotten: bool) -> None:
        simulator("POST", "forget", json={"receipt": row.receipt, "forgotten": forgotten})
        ask()

    return Bend(
        kind="missing_at_provider", text="a status query does not find a payment any more",
        subject_id=str(row.pk), bend=lambda: tell(forgotten=True),
        put_right=lambda: tell(forgotten=False), keep_at_it=ask,
    )  # fmt: skip


def of_message(row: DisbursementRequest) -> Bend:
    """M-Pesa's word on a payment fits nothing of ours, until the row has its receipt back."""
    callback = Callback.objects.filter(
        subject_id=str(row.pk), outcome=Delivery.APPLIED, note="PayoutResult"
    ).latest("pk")
    receipt = row.receipt

    def change(told: Mapping[str, Any], known: Mapping[str, Any]) -> None:
        with transaction.atomic():
            with pgtrigger.ignore():
                Callback.objects.filter(pk=callback.pk).update(**told)
                DisbursementRequest.objects.filter(pk=row.pk).update(**known)
            subject = (SubjectKind.STRANGER, str(callback.pk), None)
            request(subjects=[subject], trigger="change", actor="demo", at=clock.database_now())
            jobs.after_commit(RECONCILE)

    return Bend(
        kind="missing_here", text="M-Pesa paid out what nothing of ours accounts for",
        subject_id=str(callback.pk),
        bend=lambda: change(
            {"outcome": Delivery.UNMATCHED, "subject_id": ""}, {"receipt": f"{receipt}X"}
        ),
        put_right=lambda: change(
            {"outcome": Delivery.APPLIED, "subject_id": str(row.pk)}, {"receipt": receipt}
        ),
    )  # fmt: skip


def _change(
    row: models.Model, changes: Mapping[str, Any], *, note: models.Model, because: str
) -> None:
    with transaction.atomic():
        with pgtrigger.ignore():
            type(row)._default_manager.filter(pk=row.pk).update(**changes)
        at: datetime = clock.database_now()
        states.note(note, at=at, because=because, actor="demo")
        jobs.after_commit(RECONCILE)
