"""Choosing whom a verb is about: a search, what it found, and the ids in the address after it."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest

from core.admin import shown
from core.admin.record import Column, Table
from core.admin.scope import partners_of
from rents.queries import finding
from rents.queries.finding import Whom

SEARCH = "find"


def chosen(request: HttpRequest, *, partners: frozenset[UUID] | None) -> Whom | None:
    """Whom the address names, if it is within reach."""
    property_id, tenant_id = (id_in(request.GET.get(name)) for name in ("property", "tenant"))
    return finding.whom(property_id=property_id, tenant_id=tenant_id, partners=partners)


def address(url: str, whom: Whom) -> str:
    """The address of the verb's page about them."""
    ids = {"property": str(whom.place.pk)}
    if whom.tenant is not None:
        ids["tenant"] = str(whom.tenant.pk)
    return f"{url}?{urlencode(ids)}"


def searched(
    request: HttpRequest, url: str, *, verb: str, partners: frozenset[UUID] | None
) -> dict[str, Any]:
    """For the template: what was searched for, and a table of what it found."""
    text = request.GET.get(SEARCH, "").replace("\x00", "").strip()[:100]
    found = finding.found(
        text, partners=partners, may_see_phones=request.user.has_perm(shown.SEE_PHONES)
    )
    return {
        "find": text,
        "found": table(found, url, verb=verb, title="Found", empty="Nobody is called so."),
    }


def table(
    rows: Sequence[Whom],
    url: str,
    *,
    verb: str,
    title: str,
    empty: str,
    why: Sequence[object] | None = None,
) -> Table:
    """Tenants and properties, each with the button that leads on; `why` by position.

    Without a verb there is no button: for those who may only look.
    """
    columns = [Column(label="Whose"), Column(label="Account"), Column(label="Owner"),
               Column(label="Rent", numeric=True)]  # fmt: skip
    if why is not None:
        columns.insert(1, Column(label="Why"))
    if verb:
        columns.append(Column(label="Choose"))
    lines: list[list[object]] = []
    for number, row in enumerate(rows):
        line = [
            name_of(row), row.account, row.place.owner.name,
            shown.amount(row.rent_minor, row.place.currency),
        ]  # fmt: skip
        if why is not None:
            line.insert(1, why[number])
        if verb:
            name = f"{verb.removesuffix('…')} {row.name}"
            line.append(shown.button(address(url, row), verb, name))
        lines.append(line)
    return Table(title=title, columns=columns, rows=lines, empty=empty)


def name_of(row: Whom) -> object:
    """The tenant above, the property below."""
    if row.tenant is None:
        return shown.two_lines(row.place.name, "the property, no tenant named")
    unit = f", {row.tenant.unit}" if row.tenant.unit else ""
    return shown.two_lines(row.tenant.name, f"{row.place.name}{unit}")


def reach(request: HttpRequest, partner_id: UUID | None = None) -> frozenset[UUID] | None:
    """The partners within the person's reach; of a payment, its own alone."""
    partners = partners_of(request)
    if partner_id is None:
        return partners
    alone = frozenset({partner_id})
    return alone if partners is None else partners & alone


def id_in(text: str | None) -> UUID | None:
    """The id that the text is, if it is one."""
    try:
        return UUID(text or "")
    except ValueError:
        return None
