"""What Mifos X says otherwise than when a loan was tracked, as commands show it."""

from collections.abc import Mapping
from typing import Any

from core import masking
from loans.management.loans import amount
from loans.models import LoanTracking

AMOUNTS = {"net_minor": "netAmount", "gross_minor": "grossAmount"}
NAMES = {
    **AMOUNTS, "client_id": "clientId", "product_id": "productId", "approved_on": "approvedOn",
    "several_disbursals": "severalDisbursals",
}  # fmt: skip
WORDS = {
    "msisdn": "phone", "net_minor": "to the client", "gross_minor": "booked in Mifos X",
    "client_id": "client number", "product_id": "product number",
}  # fmt: skip


def as_json(row: LoanTracking, *, may_see: bool) -> list[dict[str, Any]]:
    """Each under the names of the API."""
    return [
        {
            "field": NAMES.get(each["field"], each["field"]),
            "tracked": _value(row, each, "tracked", may_see=may_see),
            "now": _value(row, each, "now", may_see=may_see),
        }
        for each in row.differences
    ]


def in_lines(row: LoanTracking, *, may_see: bool) -> list[str]:
    """`differs: phone, tracked as +254…, now +254…`"""
    return [
        f"differs: {_name(each)}, tracked as {_said(row, each, 'tracked', may_see=may_see)}, now "
        f"{_said(row, each, 'now', may_see=may_see)}"
        for each in row.differences
    ]


def _name(each: Mapping[str, Any]) -> str:
    return WORDS.get(each["field"], str(each["field"]).replace("_", " "))


def _said(row: LoanTracking, each: Mapping[str, Any], when: str, *, may_see: bool) -> str:
    value = _value(row, each, when, may_see=may_see)
    return "nothing" if value in (None, "") else str(value)


def _value(row: LoanTracking, each: Mapping[str, Any], when: str, *, may_see: bool) -> Any:
    value = each[when]
    if each["field"] in AMOUNTS and isinstance(value, int):
        return amount(value, row.currency)
    if each["field"] == "msisdn" and value:
        return f"+{value}" if may_see else masking.masked_phone(str(value))
    return value
