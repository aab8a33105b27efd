"""What our ledger booked for payments received, under the references of each."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from django.db import connection

from core import money
from ledger import chart
from reconciliation.rules.sides import Book
from vault.models import Method, Payment
from vault.states import PaymentStatus

# The pattern operators take the index of references that LIKE would take for a known text.
_BOOKED = """
    SELECT payment.id, entry.reference = 'payment:' || payment.id || ':received', account.code,
           sum(line.credit_minor - line.debit_minor)::bigint
      FROM unnest(%s::text[]) AS payment (id)
      JOIN ledger_entry entry
        ON entry.reference ~>=~ ('payment:' || payment.id || ':')
       AND entry.reference ~<~ ('payment:' || payment.id || ';')
      JOIN ledger_line line ON line.entry_id = entry.id
      JOIN ledger_account account ON account.id = line.account_id
     GROUP BY 1, 2, 3
"""


@dataclass(kw_only=True)
class Booked:
    """Credits less debits by account: of the entry of its receipt, and of all its entries."""

    received: dict[str, int] = field(default_factory=dict)
    by_code: dict[str, int] = field(default_factory=dict)

    def add(self, code: str, minor: int, *, is_receipt: bool) -> None:
        """One account of its entries."""
        self.by_code[code] = self.by_code.get(code, 0) + minor
        if is_receipt:
            self.received[code] = minor


@dataclass(frozen=True, kw_only=True)
class Shares:
    """How the ledger has a payment now: nobody's, the platform's, its owner's (with what cash was
    handed over), in minor units."""

    received_minor: int
    unallocated_minor: int
    fee_minor: int
    owed_minor: int


def booked_for(payment_ids: Collection[str]) -> dict[str, Booked]:
    """The entries of each of these, in one query."""
    found = {each: Booked() for each in payment_ids}
    with connection.cursor() as cursor:
        cursor.execute(_BOOKED, [sorted(payment_ids)])
        for payment_id, is_receipt, code, minor in cursor:
            found[payment_id].add(code, minor, is_receipt=is_receipt)
    return found


def shares_of(payment: Payment, booked: Booked) -> Shares:
    """What of the payment stands on which of the accounts that it belongs on."""
    number, currency = payment.shortcode.number, payment.currency
    nobodys = chart.unallocated(number, currency).code
    owed = chart.owed(payment.owner_id, currency).code if payment.owner_id else ""
    handed_over_minor = _handed_over(payment, booked) if owed else 0
    return Shares(
        received_minor=booked.received.get(nobodys, 0),
        unallocated_minor=booked.by_code.get(nobodys, 0),
        fee_minor=booked.by_code.get(chart.fees(payment.partner_id, currency).code, 0),
        owed_minor=booked.by_code.get(owed, 0) + handed_over_minor,
    )


def book_of(payment: Payment, shares: Shares) -> Book:
    """For the rules: what came in, and whether it stands where the row says that it is."""
    return Book(
        paid_minor=shares.received_minor,
        fee_minor=shares.fee_minor,
        problems=tuple(_problems(payment, shares)),
    )


def is_split_otherwise(payment: Payment, shares: Shares) -> bool:
    """Whether it is booked as allocated, but not as the row splits it."""
    if payment.status != PaymentStatus.ALLOCATED or shares.unallocated_minor:
        return False
    booked = (shares.fee_minor, shares.owed_minor)
    return booked != (payment.fee_minor, payment.owed_minor)


def _handed_over(payment: Payment, booked: Booked) -> int:
    """Of cash: what the owner has in hand already, besides what the partner keeps as fee."""
    if payment.method != Method.CASH:
        return 0
    cash = chart.cash(payment.partner_id, payment.currency).code
    # Taken as a debit, handed over as a credit.
    return booked.by_code.get(cash, 0) - booked.received.get(cash, 0)


def _problems(payment: Payment, shares: Shares) -> Iterator[str]:
    if not shares.received_minor:
        return  # what came in is missing: the rules say so of the amount
    meant_minor = _unallocated_meant(payment)
    if meant_minor is not None and shares.unallocated_minor != meant_minor:
        shown = money.shown(shares.unallocated_minor, payment.currency)
        yield f"It is {payment.status}, and {shown} of it stand in the ledger as nobody's"
    if payment.status == PaymentStatus.UNALLOCATED and shares.fee_minor:
        shown = money.shown(shares.fee_minor, payment.currency)
        yield f"It is nobody's yet, and {shown} of it stand in the ledger as fee"


def _unallocated_meant(payment: Payment) -> int | None:
    meant: Mapping[str, int] = {
        PaymentStatus.UNALLOCATED: payment.amount_minor, PaymentStatus.ALLOCATED: 0,
    }  # fmt: skip
    return meant.get(payment.status)
