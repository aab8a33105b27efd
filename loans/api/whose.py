"""Whose Mifos X a request is about: the partner that it names, else the caller's only one."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import Http404

from core.callers import Caller
from disbursements.api.fields import ID_EXAMPLE
from disbursements.api.list_query import not_empty, read
from loans.models import MifosConnection
from loans.queries import connections
from vault.api.errors import bad_fields
from vault.models import Partner


def named_in(query: Mapping[str, str]) -> UUID | None:
    """`?partner=`. Raises ApiError (400) for another parameter, and for what is no id."""
    found: UUID | None = read(query, {"partner": ("partner", not_empty(_an_id))}).get("partner")
    return found


def partner_of(caller: Caller, named: UUID | None) -> Partner:
    """Raises ApiError (400) when it must be named, Http404 when it is not the caller's."""
    if named is None and caller.partners is not None and len(caller.partners) == 1:
        [named] = caller.partners
    if named is None:
        raise bad_fields(
            {"partner": [f"is missing: name the partner by its id, such as {ID_EXAMPLE}."]}
        )
    partner = Partner.objects.filter(pk=named).first()
    if partner is None or not caller.may_touch(partner.pk):
        raise Http404
    return partner


def connection_of(caller: Caller, named: UUID | None) -> MifosConnection:
    """The partner's connection. Raises as partner_of."""
    partner = partner_of(caller, named)
    row = connections.visible(caller).filter(partner=partner).first()
    if row is None:
        raise Http404
    return row


def described(partner: Partner) -> dict[str, Any]:
    """As PartnerSerializer has it."""
    return {"id": str(partner.pk), "name": partner.name}


def _an_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise ValueError(f"must be an id, such as {ID_EXAMPLE}") from None
