"""Files of payees and who pays them, for the tests of imports."""

from datetime import UTC, datetime

from core import secrets
from vault.models import Partner, Shortcode
from vault.operations.add_partner import add_partner

AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
HEADER = "reference,msisdn,amount,name,remarks"


def good_lines(count: int) -> list[str]:
    """Rows of 100, 101, 102 … shillings."""
    return [
        f"A-{number},07000{number:05d},{100 + number},Amina Example,Salary"
        for number in range(count)
    ]


def add_payer(name: str = "Umoja Example Ltd", number: str = "600111") -> Partner:
    """A partner with one shortcode; its credentials are never opened here."""
    partner = add_partner(name=name, actor="test", at=AT)
    row = Shortcode(
        number=number,
        partner=partner,
        kind="paybill",
        initiator_name="apiop",
        certificate="none needed here",
        created_at=AT,
    )
    row.sealed_credentials = secrets.seal({}, context=row.context)
    row.save()
    return partner
