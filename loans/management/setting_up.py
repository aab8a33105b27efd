"""What the commands that set a partner's Mifos X up share."""

from argparse import ArgumentTypeError
from typing import Any

from django.core.management.base import CommandParser

from loans.models import MifosConnection
from loans.rules.mifos_findings import Finding

YES_NO = {"yes": True, "no": False}


def add_partner_name(parser: CommandParser) -> None:
    """PARTNER."""
    parser.add_argument(
        "partner", metavar="PARTNER", help="its name or id, as in manage.py partners"
    )


def add_reason(parser: CommandParser) -> None:
    """--reason TEXT."""
    parser.add_argument(
        "--reason", metavar="TEXT", default="",
        help="at least 8 characters, kept in the trail with your name",
    )  # fmt: skip


def lines_of(told: dict[str, Any], row: MifosConnection) -> list[str]:
    """A connection, one fact a line."""
    shown = [
        ("Address", row.host), ("Tenant", row.tenant), ("User", row.username),
        ("Version", row.version or "not known"), ("Payment type", row.payment_type_name),
        ("Time zone", row.time_zone), ("Paid from", told["shortcode"] or "not chosen"),
        ("Requests a minute", row.requests_per_minute),
        ("Set by", row.changed_by), ("Confirmed by", row.confirmed_by or "nobody"),
        ("Tested well", "yes" if row.is_mifos_configured else "no"),
        ("Pays by itself", "yes" if row.pays else "no"),
        ("Confirm token", told["confirmToken"]),
    ]  # fmt: skip
    lines = [f"{label + ':':<19}{value}" for label, value in shown]
    return lines + [f"Missing:           {each}" for each in told["missing"]]


def line_of(finding: Finding) -> str:
    """`MISSING  permission READ_LOAN: … What to do.`"""
    word = "ok" if finding.ok else "WARNING" if finding.warning else "MISSING"
    return f"{word:<8} {finding.what}: {finding.text} {finding.what_to_do}".rstrip()


def a_product_id(text: str) -> int:
    """An argument that is a product's id in Mifos X."""
    if not text.isascii() or not text.isdigit():
        raise ArgumentTypeError(f"{text[:20]!r} is no id of a loan product: an example is 1")
    return int(text)
