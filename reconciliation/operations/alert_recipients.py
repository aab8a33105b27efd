"""Who is told of alerts: add a recipient, change one, take one off the list."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, time
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from core import phones, states
from core.callers import Caller, NotAllowed
from core.refusals import Refused, checked_reason
from reconciliation.models import AlertRecipient
from reconciliation.states import Severity
from vault.operations.edits import edit

ADD, CHANGE = "reconciliation.add_alertrecipient", "reconciliation.change_alertrecipient"
NAME_CHARACTERS_MAX = 100
ADDRESS_CHARACTERS_MAX = 254
STEP_MAX = 3
SEVERITIES = tuple(each.value for each in Severity)
EXAMPLE = "she is on call from Monday"
_ADDRESS = re.compile(r"[^@\s<>,\x00]+@[^@\s<>,\x00]+")


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """What may be said of one. Severities are high, medium or low; hours are Nairobi's."""

    name: str
    email: str = ""
    phone: str = ""
    from_severity: str = Severity.HIGH.value
    sms_from_severity: str = Severity.HIGH.value
    step: int = 0
    quiet_from: time | None = None
    quiet_until: time | None = None
    gets_digest: bool = True
    is_active: bool = True


def add(*, said: Recipient, reason: str, caller: Caller, at: datetime) -> AlertRecipient:
    """Tell one more person, of alerts from now on. Raises NotAllowed, Refused naming the field."""
    _demand(caller, ADD)
    because = checked_reason(reason, example=EXAMPLE)
    columns = _checked(said)
    with transaction.atomic():
        row = AlertRecipient.objects.create(created_at=at, **columns)
        states.note(row, at=at, because=f"added: {because}", actor=caller.actor)
    return row


def change(
    *,
    recipient_id: UUID,
    changes: Mapping[str, Any],
    reason: str,
    caller: Caller,
    at: datetime,
) -> AlertRecipient:
    """Change what is named. Raises NotAllowed, Refused naming the field, or nothing differs."""
    _demand(caller, CHANGE)
    because = checked_reason(reason, example=EXAMPLE)
    names = [each.name for each in fields(Recipient)]
    for name in changes:
        if name not in names:
            raise Refused(f"is not something to change: use {', '.join(names)}", field=name)
    with transaction.atomic():
        row = AlertRecipient.objects.select_for_update().filter(pk=recipient_id).first()
        if row is None:
            raise Refused(
                f"there is no recipient {recipient_id}: the command alert_recipients lists them",
                field="recipient",
            )
        said = Recipient(**{name: getattr(row, name) for name in names} | dict(changes))
        changed = edit(row, _checked(said), because=because, actor=caller.actor, at=at)
        if not changed:
            raise Refused("it is so already: nothing was changed", field="recipient")
    return row


def _demand(caller: Caller, permission: str) -> None:
    caller.demand(permission)
    if caller.partners is not None:
        raise NotAllowed(f"{caller.actor} sees one partner, and alerts concern all")


def _checked(said: Recipient) -> dict[str, Any]:
    """The columns, each in its one form. Raises Refused naming the field."""
    name, email = said.name.strip(), said.email.strip()
    if not 0 < len(name) <= NAME_CHARACTERS_MAX or not name.isprintable():
        raise Refused("write a name of 1 to 100 characters, such as Asha Example", field="name")
    if not email and not said.phone.strip():
        raise Refused("write an address or a phone, such as ops@example.org", field="email")
    _demand_severities(said)
    if said.step not in range(STEP_MAX + 1):
        raise Refused("write 0 (at once) to 3, such as 1", field="step")
    _demand_hours(said)
    return {
        "name": name, "email": _address(email), "phone": _phone(said.phone.strip()),
        "from_severity": said.from_severity, "sms_from_severity": said.sms_from_severity,
        "step": said.step, "quiet_from": said.quiet_from, "quiet_until": said.quiet_until,
        "gets_digest": said.gets_digest, "is_active": said.is_active,
    }  # fmt: skip


def _address(email: str) -> str:
    if not email:
        return ""
    if len(email) > ADDRESS_CHARACTERS_MAX or not _ADDRESS.fullmatch(email):
        raise Refused("is no address, such as ops@example.org", field="email")
    if not settings.EMAIL_HOST:
        raise Refused(
            "email is not set up: EMAIL_HOST is needed, such as smtp.example.org", field="email"
        )
    return email


def _phone(text: str) -> str:
    if not text:
        return ""
    try:
        msisdn = phones.normal_form(text)
    except phones.BadPhone as error:
        raise Refused(str(error), field="phone") from None
    if not (settings.AFRICASTALKING_USERNAME and settings.AFRICASTALKING_API_KEY):
        raise Refused(
            "SMS is not set up: AFRICASTALKING_USERNAME and AFRICASTALKING_API_KEY are needed",
            field="phone",
        )
    return msisdn


def _demand_severities(said: Recipient) -> None:
    for column in ("from_severity", "sms_from_severity"):
        if getattr(said, column) not in SEVERITIES:
            raise Refused("write high, medium or low, such as high", field=column)


def _demand_hours(said: Recipient) -> None:
    if (said.quiet_from is None) != (said.quiet_until is None):
        missing = "quiet_until" if said.quiet_until is None else "quiet_from"
        raise Refused("quiet hours have two ends, such as 21:00 and 07:00", field=missing)
    if said.quiet_from is not None and said.quiet_from == said.quiet_until:
        raise Refused(
            "quiet hours end at another time than they begin, such as 21:00 and 07:00",
            field="quiet_until",
        )
