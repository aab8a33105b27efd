"""Whose sign-in an owner's or a tenant's is: they see their own rent, and nobody else's."""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from core import states
from core.callers import Caller
from core.refusals import Refused, checked_reason
from vault.models import Owner, Tenant
from vault.operations.owners import CHANGE as CHANGE_OWNER
from vault.operations.owners import locked_owner
from vault.operations.tenants import CHANGE as CHANGE_TENANT
from vault.operations.tenants import locked_tenant


def link_owner(
    *, owner_id: UUID, username: str, reason: str, caller: Caller, at: datetime
) -> Owner:
    """From now on this user is the owner; an empty name takes the sign-in away.

    Raises NotAllowed and Refused.
    """
    caller.demand(CHANGE_OWNER)
    with transaction.atomic():
        row = locked_owner(owner_id, caller)
        _link(row, username, reason=reason, caller=caller, at=at)
    return row


def link_tenant(
    *, tenant_id: UUID, username: str, reason: str, caller: Caller, at: datetime
) -> Tenant:
    """From now on this user is the tenant; an empty name takes the sign-in away.

    Raises NotAllowed and Refused.
    """
    caller.demand(CHANGE_TENANT)
    with transaction.atomic():
        row = locked_tenant(tenant_id, caller)
        _link(row, username, reason=reason, caller=caller, at=at)
    return row


def _link(
    row: Owner | Tenant, username: str, *, reason: str, caller: Caller, at: datetime
) -> None:
    said = checked_reason(reason)
    user = _user(username) if username.strip() else None
    was = row.user.get_username() if row.user else ""
    row.user = user
    try:
        with transaction.atomic():
            row.save(update_fields=["user"])
    except IntegrityError:
        raise Refused(
            f"{username} is the sign-in of somebody else already: take it from them first",
            field="username",
        ) from None
    new = user.get_username() if user else ""
    details = {"old": {"sign-in": was}, "new": {"sign-in": new}}
    states.note(row, at=at, because=f"changed: {said}", actor=caller.actor, details=details)


def _user(username: str) -> User:
    """Somebody who may sign in and is no member of staff: they see by their role already."""
    user = User.objects.filter(username=username.strip(), is_active=True, is_staff=False).first()
    if user is None:
        raise Refused(
            f"there is no active user {username.strip()[:150]!r} outside of the staff: an "
            "administrator of users adds one",
            field="username",
        )
    return user
