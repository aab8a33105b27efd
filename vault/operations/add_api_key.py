"""Add and revoke the keys by which a partner's programs prove who they are."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from core import states
from core.refusals import Refused
from vault.models import ApiKey, Partner
from vault.rules import api_key


@dataclass(frozen=True, kw_only=True)
class NewKey:
    """The key in full, to be shown once, and the row that keeps its digest."""

    key: str = field(repr=False)
    row: ApiKey


def add_api_key(
    *, partner_id: UUID, actor: str, at: datetime, scopes: Sequence[str] = api_key.SCOPES
) -> NewKey:
    """A new key of the partner. Raises Refused for an unknown partner or scope."""
    wanted = [scope for scope in api_key.SCOPES if scope in scopes]
    if not wanted or set(scopes) - set(wanted):
        raise Refused(f"use one or more of {', '.join(api_key.SCOPES)}", field="scope")
    if not Partner.objects.filter(pk=partner_id).exists():
        raise Refused(
            f"there is no partner {partner_id}: add_partner prints the id", field="partner"
        )
    key = api_key.new_key()
    row = ApiKey(
        partner_id=partner_id,
        prefix=api_key.shown(key),
        digest=api_key.digest(key),
        scopes=wanted,
        created_at=at,
    )
    with transaction.atomic():
        states.begin([row], at=at, because=f"added with {', '.join(wanted)}", actor=actor)
    return NewKey(key=key, row=row)


def revoke_api_key(*, key: str, actor: str, at: datetime) -> ApiKey:
    """End the key named by its first characters, its number or in full; again is the same.

    Raises Refused when no key, or more than one, is meant.
    """
    with transaction.atomic():
        found = list(ApiKey.objects.select_for_update().filter(_named(key))[:2])
        if len(found) != 1:
            raise Refused(
                f"{api_key.shown(key)!r} names {'no key' if not found else 'several keys'}: "
                "give its first 12 characters, such as pv_3kX9aBcDe, or its number",
                field="key",
            )
        row = found[0]
        if row.revoked_at is None:
            row.revoked_at = at
            row.save(update_fields=["revoked_at"])
            states.note(row, at=at, because="revoked", actor=actor)
    return row


def _named(key: str) -> Q:
    if api_key.has_key_form(key):
        return Q(digest=api_key.digest(key))
    if key.isascii() and key.isdigit() and len(key) <= api_key.SHOWN_LENGTH:
        return Q(pk=int(key))
    return Q(prefix=key) if len(key) == api_key.SHOWN_LENGTH else Q(pk=None)
