"""Change a shortcode: its credentials (sealed anew), its limits, whether it is in use.

M-Pesa's initiator passwords expire after 90 days (daraja.md A 12): this is what follows.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from core import alerts, secrets, states
from core.refusals import Refused
from vault.models import Shortcode
from vault.operations.account_alerts import CREDENTIALS_CLOSED, CREDENTIALS_REFUSED
from vault.operations.add_shortcode import Credentials, check_secret, check_terms, pem_of

SECRETS = ("consumer_key", "consumer_secret", "initiator_password", "passkey")
SECRETS_NEEDED = SECRETS[:3]
IDENTITY = frozenset({"initiator_name", "certificate", *SECRETS_NEEDED})
OPTIONS = {"initiator_name": "initiator", "low_float_minor": "low-float", "is_active": "active"}


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What shall be otherwise; None leaves it as it is. `low_float_minor` is in cents."""

    initiator_name: str | None = None
    consumer_key: str | None = field(default=None, repr=False)
    consumer_secret: str | None = field(default=None, repr=False)
    initiator_password: str | None = field(default=None, repr=False)
    passkey: str | None = field(default=None, repr=False)
    certificate: bytes | None = field(default=None, repr=False)
    tps_limit: int | None = None
    low_float_minor: int | None = None
    is_active: bool | None = None

    @property
    def secrets(self) -> dict[str, str]:
        """Those that are given."""
        given = {name: getattr(self, name) for name in SECRETS}
        return {name: value for name, value in given.items() if value is not None}


@dataclass(frozen=True, kw_only=True)
class Changed:
    """What became otherwise, by the names of the command's options, and the alerts it closed."""

    shortcode: Shortcode
    names: tuple[str, ...]
    alerts_closed: int


def change_shortcode(*, number: str, changes: Changes, actor: str, at: datetime) -> Changed:
    """Change what differs, with one Step that names it and tells no value.

    New credentials close the alert that stopped the balances. A token of an old consumer key is
    not used again: it is kept under the key and secret that fetched it. Raises Refused.
    """
    with transaction.atomic():
        row = Shortcode.objects.of_mpesa().select_for_update().filter(number=number).first()
        if row is None:
            raise Refused(
                f"there is no shortcode {number[:20]!r}: add_shortcode adds one", field="number"
            )
        new_facts, new_secrets = _new_facts(row, changes), _new_secrets(row, changes.secrets)
        changed = [*new_secrets, *new_facts]
        names = tuple(OPTIONS.get(name, name.replace("_", "-")) for name in changed)
        if not names:
            return Changed(shortcode=row, names=(), alerts_closed=0)
        for name, value in new_facts.items():
            setattr(row, name, value)
        row.save(update_fields=[*new_facts, "sealed_credentials"])
        states.note(row, at=at, because=f"changed: {', '.join(names)}", actor=actor)
        closed = _close_alerts(row, changed, actor, at)
    return Changed(shortcode=row, names=names, alerts_closed=closed)


def _new_facts(row: Shortcode, changes: Changes) -> dict[str, Any]:
    given: dict[str, Any] = {
        "initiator_name": changes.initiator_name,
        "certificate": None
        if changes.certificate is None
        else pem_of(certificate=changes.certificate),
        "tps_limit": changes.tps_limit,
        "low_float_minor": changes.low_float_minor,
        "is_active": changes.is_active,
    }
    facts = {
        name: value
        for name, value in given.items()
        if value is not None and value != getattr(row, name)
    }
    check_terms(
        initiator_name=facts.get("initiator_name", row.initiator_name),
        tps_limit=facts.get("tps_limit", row.tps_limit),
        low_float_minor=facts.get("low_float_minor", row.low_float_minor),
    )
    return facts


def _new_secrets(row: Shortcode, given: dict[str, str]) -> dict[str, str]:
    """Those that differ from what is kept, sealed into the row together with the others."""
    for name, value in given.items():
        check_secret(name=name, value=value)
    if not given:
        return {}
    kept = _kept(row, given)
    differing = {name: value for name, value in given.items() if kept.get(name) != value}
    if differing:
        credentials = Credentials(**(kept | differing))
        row.sealed_credentials = secrets.seal(vars(credentials), context=row.context)
    return differing


def _kept(row: Shortcode, given: dict[str, str]) -> dict[str, str]:
    """What is sealed now; nothing when it does not open and all that is needed is given anew."""
    try:
        return secrets.unseal(row.sealed_credentials, context=row.context)
    except secrets.CannotOpen as error:
        missing = [f"--{name.replace('_', '-')}" for name in SECRETS_NEEDED if name not in given]
        if not missing:
            return {}
        raise Refused(
            f"{error}. Put that key back at the end of it, or give {', '.join(missing)} as well"
        ) from None


def _close_alerts(row: Shortcode, changed: list[str], actor: str, at: datetime) -> int:
    kinds = []
    if IDENTITY.intersection(changed):
        kinds.append(CREDENTIALS_REFUSED)
    if set(SECRETS).intersection(changed):
        kinds.append(CREDENTIALS_CLOSED)
    return sum(
        alerts.close_alerts(kind=kind, key=row.number, at=at, actor=actor) for kind in kinds
    )
