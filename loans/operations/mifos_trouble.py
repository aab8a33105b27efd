"""A Mifos X that refuses us or does not answer: left alone for longer and longer, and told."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from core import alerts, clock
from core.masking import for_log
from core.models import Alert, AlertSeverity
from core.states import SYSTEM
from gateways.errors import GatewayError, Unclear, Unreachable
from gateways.interface import AccessRefused, AskAgain
from loans.models import MifosConnection
from loans.rules import backing_off

REFUSES_ALERT = "mifos_refuses"
NOT_ANSWERING_ALERT = "mifos_not_answering"
TROUBLE_CHARACTERS_MAX = 300


def note_failure(connection: MifosConnection, error: Exception, *, at: datetime) -> None:
    """Count it and set when it is tried next. What concerns one loan only is left as it is."""
    if isinstance(error, AccessRefused):
        failures = _count(connection, error, at=at, minutes=backing_off.minutes_after_refusal)
        tell_refusal(connection, _words(error), at=at)
    elif isinstance(error, Unreachable | Unclear) and not isinstance(error, AskAgain):
        failures = _count(connection, error, at=at, minutes=backing_off.minutes_after_silence)
        if failures >= backing_off.SILENT_TOLD_AFTER:
            _tell_silence(connection, error, failures, at)


def note_success(connection: MifosConnection, *, at: datetime) -> None:
    """It answered and took our user: trouble and back-off are over, and so are their alerts."""
    columns = {"failures": 0, "not_before": None, "trouble": ""}
    MifosConnection.objects.filter(pk=connection.pk).exclude(**columns).update(**columns)
    for name, value in columns.items():
        setattr(connection, name, value)
    for kind in (REFUSES_ALERT, NOT_ANSWERING_ALERT):
        alerts.close_alerts(kind=kind, key=_key(connection), at=at, actor=SYSTEM)


def is_refused(connection: MifosConnection) -> bool:
    """Whether it refused us, and nothing showed since that this is over: no person's word does."""
    told = Alert.objects.filter(kind=REFUSES_ALERT, key=_key(connection))
    latest = told.order_by("-id").first()
    return latest is not None and not (latest.closed_at and latest.closed_by == SYSTEM)


def tell_refusal(connection: MifosConnection, text: str, *, at: datetime) -> None:
    """Open the alert that its user, tenant, permission or password does not do."""
    alerts.raise_alert(
        kind=REFUSES_ALERT, key=_key(connection), severity=AlertSeverity.CRITICAL, at=at,
        text=f"{connection} refuses us: {text}. No loan of it is fetched, paid or booked until "
        "that is mended: see Mifos X connections, Test connection",
    )  # fmt: skip


def _tell_silence(
    connection: MifosConnection, error: Exception, failures: int, at: datetime
) -> None:
    alerts.raise_alert(
        kind=NOT_ANSWERING_ALERT, key=_key(connection), at=at,
        text=f"{connection} gave no usable answer {failures} times: {_words(error)}. Its loans "
        "wait; it is asked again by itself. See whether the server runs, then Test connection",
    )  # fmt: skip


def _count(
    connection: MifosConnection, error: Exception, *, at: datetime, minutes: Callable[[int], int]
) -> int:
    with transaction.atomic():
        row = MifosConnection.objects.select_for_update().get(pk=connection.pk)
        row.failures += 1
        row.not_before = at + clock.minutes(minutes(row.failures))
        row.trouble = _words(error)
        row.save(update_fields=["failures", "not_before", "trouble"])
    for name in ("failures", "not_before", "trouble"):
        setattr(connection, name, getattr(row, name))
    return row.failures


def _words(error: Exception) -> str:
    """What is told of it: never a secret, and short."""
    permission = error.permission if isinstance(error, AccessRefused) else ""
    said = str(error) if isinstance(error, GatewayError) else type(error).__name__
    words = f"the permission {permission} is missing: {said}" if permission else said
    return for_log(words)[:TROUBLE_CHARACTERS_MAX]


def _key(connection: MifosConnection) -> str:
    return str(connection.partner)
