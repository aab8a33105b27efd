"""Set up a partner's Mifos X: one person names it, another confirms it, then it is switched on."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from core import jobs, states
from core.callers import Caller
from core.refusals import Refused, checked_reason
from loans.models import MifosConnection
from loans.operations import connection_changes
from loans.operations.stop_payouts import look_anew
from loans.queries import connections
from loans.rules import connection_values
from loans.rules.connection_values import CONFIRMED, ConnectionValues
from vault.models import Partner

ADD = "loans.add_mifosconnection"
CHANGE = "loans.change_mifosconnection"
CONFIRM = "loans.confirm_mifosconnection"
JOB = "sync_loans"
EXAMPLE = "moved to the new server, ticket 1204"


def save_connection(
    *, partner_id: UUID, values: ConnectionValues, reason: str, caller: Caller, at: datetime
) -> MifosConnection:
    """Add the partner's connection, or change what differs.

    Another server, tenant, user, certificates or shortcode must be confirmed by another person
    and switched on again; another server, user or certificates need the password once more.
    Raises NotAllowed and Refused naming the field.
    """
    exists = MifosConnection.objects.filter(partner_id=partner_id).exists()
    caller.demand(CHANGE if exists else ADD)
    said = checked_reason(reason, example=EXAMPLE)
    partner = Partner.objects.filter(pk=partner_id).first()
    if partner is None or not caller.may_touch(partner_id):
        raise Refused(f"there is no partner {partner_id}: add_partner prints the id",
                      field="partner")  # fmt: skip
    columns = connection_changes.columns_of(partner, values)
    with transaction.atomic():
        Partner.objects.select_for_update(no_key=True).get(pk=partner_id)  # two who add at once
        row = MifosConnection.objects.select_for_update().filter(partner_id=partner_id).first()
        if row is None:
            return _added(partner, columns, values.password, said, caller, at)
        return _changed(row, columns, values.password, said, caller, at)


def confirm_connection(
    *, connection_id: UUID, reason: str, caller: Caller, at: datetime, seen: str | None = None
) -> MifosConnection:
    """Agree, as another person than who set it, that this server says what is paid.

    `seen`: queries.connections.digest_of what the person looked at; it is refused when the row
    is otherwise by now. Raises NotAllowed and Refused.
    """
    caller.demand(CONFIRM)
    said = checked_reason(reason, example="compared with the letter of the partner")
    with transaction.atomic():
        row = _locked(connection_id, caller)
        if row.confirmed_by:
            raise Refused(f"{row} is confirmed already, by {row.confirmed_by}")
        if caller.actor.casefold() in connections.set_by(row):
            raise Refused(
                "you set this address yourself, or a part of it: another person with the "
                "permission to confirm must look at it"
            )
        if seen is not None and seen != connections.digest_of(row):
            raise Refused(
                "the connection was changed while you looked at it: look at it again", field="seen"
            )
        row.confirmed_by, row.confirmed_at = caller.actor, at
        row.save(update_fields=["confirmed_by", "confirmed_at"])
        states.note(
            row, at=at, because=f"confirmed: {said}", actor=caller.actor,
            details={
                connections.CONFIRMED_STEP: row.host, "tenant": row.tenant,
                "username": row.username,
            },
        )  # fmt: skip
    return row


def switch(
    *, connection_id: UUID, auto: bool, reason: str, caller: Caller, at: datetime
) -> MifosConnection:
    """Pay its loans by themselves from now on, or stop that.

    On only where it was tested well and is confirmed. Raises NotAllowed and Refused.
    """
    caller.demand(CHANGE)
    said = checked_reason(reason, example="the partner asked for it by letter")
    with transaction.atomic():
        row = _locked(connection_id, caller)
        if row.mifos_auto_disbursement_enabled == auto:
            raise Refused(f"{row} is switched {'on' if auto else 'off'} already", field="auto")
        if auto and (missing := connections.missing_to_pay(row)):
            raise Refused(missing[0])
        row.mifos_auto_disbursement_enabled = auto
        row.next_sync_at = at
        row.save(update_fields=["mifos_auto_disbursement_enabled", "next_sync_at"])
        word = "on" if auto else "off"
        states.note(row, at=at, because=f"switched {word}: {said}", actor=caller.actor)
        if auto:
            jobs.after_commit(JOB)
        else:
            look_anew(partner_id=row.partner_id, at=at)
    return row


def _added(
    partner: Partner, columns: dict[str, Any], password: str | None, said: str, caller: Caller,
    at: datetime,
) -> MifosConnection:  # fmt: skip
    if password is None:
        raise Refused("is missing: give the password of the API user", field="password")
    row = MifosConnection(
        partner=partner, changed_by=caller.actor, created_at=at, next_sync_at=at, **columns
    )
    _demand_own(row)
    connection_changes.seal(row, password)
    states.begin([row], at=at, because=f"added: {said}", actor=caller.actor)
    return row


def _changed(
    row: MifosConnection, columns: dict[str, Any], password: str | None, said: str,
    caller: Caller, at: datetime,
) -> MifosConnection:  # fmt: skip
    paid, old = row.pays, {name: getattr(row, name) for name in columns}
    names = [name for name, value in columns.items() if value != old[name]]
    connection_changes.demand_password(names, password)
    if password is not None:
        names.append("password")
    if not names:
        raise Refused("nothing is otherwise than before: change a field")
    for name, value in columns.items():
        setattr(row, name, value)
    if {"host", "tenant"} & set(names):
        _demand_own(row)
    if password is not None:
        connection_changes.seal(row, password)
    if set(names) & set(connection_values.CHECKED):
        connection_changes.forget_what_was_found(row, at)
    if set(names) & set(CONFIRMED):
        row.changed_by, row.confirmed_by, row.confirmed_at = caller.actor, "", None
        row.mifos_auto_disbursement_enabled = False
    row.save()
    if paid and not row.pays:
        look_anew(partner_id=row.partner_id, at=at)
    states.note(
        row, at=at, because=f"changed {', '.join(map(connection_values.label, names))}: {said}",
        actor=caller.actor, details=connection_changes.told(names, old, columns),
    )  # fmt: skip
    return row


def _demand_own(row: MifosConnection) -> None:
    if connections.is_taken(row):
        raise Refused(connections.TAKEN, field="tenant")


def _locked(connection_id: UUID, caller: Caller) -> MifosConnection:
    row = MifosConnection.objects.select_for_update().filter(pk=connection_id).first()
    if row is None or not caller.may_touch(row.partner_id):
        raise connections.NoSuchConnection(
            f"there is no Mifos X connection {connection_id}", field="connection"
        )
    return row
