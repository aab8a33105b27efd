"""Payments that come in at the house, and what the watchtower makes of them."""

import json
from typing import Any

from config.deliveries import deliver_due
from core.callers import Caller
from reconciliation.rules.judge import judge
from reconciliation.rules.sides import Difference, Judgement, Record
from reconciliation.sources.payments import PaymentSource
from tests.reconciliation.bending import behind_our_back
from tests.vault.prompts.conftest import House
from tests.wire import LISTED, START
from vault.models import Payment
from vault.queries.collecting import CONFIRMATION, address_of

SOURCE = PaymentSource()
ANYBODY = Caller(actor="test", origin="test", partners=None, permissions=None)
BODY = {
    "TransactionType": "Pay Bill", "TransID": "UKL1A2B3C4", "TransTime": "20261121105900",
    "TransAmount": "10000.00", "BusinessShortCode": "600000", "BillRefNumber": "SUN-A3",
    "InvoiceNumber": "", "OrgAccountBalance": "", "ThirdPartyTransID": "",
    "MSISDN": "25470****001", "FirstName": "BARAKA", "MiddleName": "", "LastName": "",
}  # fmt: skip


def confirm(house: House, *, source: str = LISTED, **changes: Any) -> Payment:
    """C2B tells of a payment, and it is read."""
    body = json.dumps(BODY | changes).encode()
    url = address_of(shortcode=house.property.shortcode, kind=CONFIRMATION)
    house.wire.post_body(url=url, body=body, source=source)
    deliver_due()
    return Payment.objects.get(receipt=(BODY | changes)["TransID"])


def paid_by_prompt(house: House) -> Payment:
    """The tenant answers a prompt."""
    house.collect()
    house.later(seconds=30)
    return Payment.objects.get()


def record(payment: Payment) -> Record:
    """All sides of it as they are now."""
    return SOURCE.read([str(payment.pk)])[str(payment.pk)]


def judged(payment: Payment) -> Judgement:
    """What they come to."""
    return judge(record(payment), at=START)


def the_only(payment: Payment) -> Difference:
    """The one difference that there is."""
    (found,) = judged(payment).differences
    return found


def bent(statement: str, values: list[Any]) -> None:
    """Change a row as nobody may, past every trigger."""
    with behind_our_back() as cursor:
        cursor.execute(statement, values)


def all_hearsay() -> None:
    """As if every message had come from somewhere else."""
    bent("UPDATE gateways_callback SET source_listed = %s", [False])
