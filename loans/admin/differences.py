"""What Mifos X says otherwise than we had it: field by field, in words."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.html import format_html

from core import masking, phones
from core.admin import shown
from core.admin.record import Column, Table
from loans.admin import words
from loans.models import LoanTracking

FIELDS: Mapping[str, str] = {
    "msisdn": "Phone",
    "net_minor": "To the client",
    "gross_minor": "Booked in Mifos X",
    "currency": "Currency",
    "client_id": "Client number",
    "product_id": "Product number",
    "approved_on": "Approved on",
    "several_disbursals": "Several disbursals",
}
AMOUNTS = frozenset({"net_minor", "gross_minor"})


def table(row: LoanTracking, *, may_see: bool) -> Table:
    """Field, as we had it, as it is now; what is new stands out."""
    return Table(
        title="What changed in Mifos X",
        note="Nothing of it is paid before a person has released it. As of the last look.",
        columns=[Column(label="What"), Column(label="As we had it"), Column(label="Mifos X now")],
        rows=[
            [name, before, format_html('<mark class="pv-new">{}</mark>', now)]
            for name, before, now in lines(row, may_see=may_see)
        ],
    )


def lines(row: LoanTracking, *, may_see: bool) -> list[tuple[str, str, str]]:
    """Each difference as name, before, now."""
    return [
        (
            FIELDS.get(each["field"], str(each["field"]).replace("_", " ").capitalize()),
            _value(row, each["field"], each["tracked"], may_see=may_see),
            _value(row, each["field"], each["now"], may_see=may_see),
        )
        for each in row.differences
    ]


def net_minor_now(row: LoanTracking) -> int:
    """What the client would receive once what changed is released."""
    for each in row.differences:
        if each["field"] == "net_minor" and isinstance(each["now"], int):
            return each["now"]
    return row.net_minor


def _value(row: LoanTracking, field: str, value: Any, *, may_see: bool) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value in (None, ""):
        return "nothing"
    if field in AMOUNTS and isinstance(value, int):
        return words.amount_text(value, row.currency)
    if field == "msisdn":
        return phones.shown(str(value)) if may_see else masking.masked_phone(str(value))
    if field == "approved_on":
        return f"{date.fromisoformat(str(value)):%-d %b %Y}"
    return shown.free_text(str(value), may_see_phones=may_see)
