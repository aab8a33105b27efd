"""The columns of a connection from what people wrote, its sealed password, what its trail says."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from core import secrets
from core.refusals import Refused
from gateways import registry
from loans.models import MifosConnection
from loans.rules import connection_values
from loans.rules.connection_values import PASSWORD_ANEW, ConnectionValues, label
from vault.models import Partner, Shortcode
from vault.operations.edits import demand_none


def columns_of(partner: Partner, values: ConnectionValues) -> dict[str, Any]:
    """What is written into the row, but for the password. Raises Refused naming the field."""
    values, problems = connection_values.checked(values)
    if not problems and (wrong := registry.host_problem(values.host)):
        problems = [("host", wrong)]
    if (
        not problems
        and values.ca_bundle
        and (wrong := registry.ca_bundle_problem(values.ca_bundle))
    ):
        problems = [("ca_bundle", wrong)]
    demand_none(problems)
    return {
        "host": values.host,
        "tenant": values.tenant,
        "username": values.username,
        "ca_bundle": values.ca_bundle,
        "time_zone": values.time_zone,
        "version_override": values.version_override,
        "payment_type_name": values.payment_type_name,
        "office_name": values.office_name,
        "shortcode": _shortcode(partner, values.shortcode),
        "requests_per_minute": values.requests_per_minute,
    }


def demand_password(names: Collection[str], password: str | None) -> None:
    """Raises Refused where what changes must not get the password that is kept."""
    anew = [name for name in PASSWORD_ANEW if name in names]
    if anew and password is None:
        raise Refused(
            f"type it anew: the kept one does not go along with another {label(anew[0])}",
            field="password",
        )


def seal(row: MifosConnection, password: str) -> None:
    """Keep the password for this row and its host. Unsaved."""
    row.sealed_password = secrets.seal({"password": password}, context=row.context)


def forget_what_was_found(row: MifosConnection, at: datetime) -> None:
    """Nothing that was found out about the former server or user holds any more. Unsaved."""
    row.is_mifos_configured = False
    row.version_detected, row.trouble = "", ""
    row.checked_at, row.check_report = None, []
    row.failures, row.not_before, row.next_sync_at = 0, None, at


def told(
    names: Collection[str], old: Mapping[str, Any], new: Mapping[str, Any]
) -> dict[str, dict[str, str]]:
    """Old and new, as the trail shows them; never a password."""
    shown = [name for name in names if name in new]
    return {
        "old": {label(name): _said(name, old[name]) for name in shown},
        "new": {label(name): _said(name, new[name]) for name in shown},
    }


def _said(name: str, value: object) -> str:
    if name == "ca_bundle":
        return connection_values.ca_in_words(str(value))
    return "" if value is None else str(value)


def _shortcode(partner: Partner, number: str) -> Shortcode | None:
    own = Shortcode.objects.of_mpesa().filter(partner=partner, is_active=True)
    if not number:
        return None
    found = own.filter(number=number).first()
    if found is None:
        numbers = ", ".join(own.order_by("number").values_list("number", flat=True)) or "none yet"
        raise Refused(
            f"{number[:20]!r} is no active paybill or till of {partner}: it has {numbers}",
            field="shortcode",
        )
    return found
