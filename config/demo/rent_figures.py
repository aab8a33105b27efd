"""What became of the demo's rent: our tables, our ledger and the simulator's two books."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Sum

from config.books import breaks
from config.demo.provider import simulator
from disbursements.models import DisbursementRequest
from disbursements.states import DisbursementStatus
from ledger.queries import balances
from rents.models import Forward
from rents.queries.legs import ORIGIN
from vault.models import Method, Notice, Owner, Payment, Prompt, Shortcode
from vault.states import PaymentStatus

MINOR = 100
CURRENCY = "KES"


@dataclass(frozen=True, kw_only=True)
class Total:
    """How many, and how much in minor units."""

    count: int = 0
    minor: int = 0


@dataclass(frozen=True, kw_only=True)
class RentFigures:
    """Every shilling received is fee, owed, on its way, forwarded or nobody's yet.

    `in_doubt`: the simulator paid it, and our payout's acknowledgement was lost: a statement and
    two persons will say so. `strays`: it moved and none of our payouts explains it.
    """

    received: Total
    cash: Total
    unallocated: Total
    fees_minor: int
    owed: Total
    on_its_way: Total
    forwarded: Total
    by_payout: dict[str, int]
    prompts: dict[str, int]
    notices: dict[str, int]
    book_received: Total
    book_moved: Total
    in_doubt: Total
    strays: Total
    ledger_minor: dict[str, int]
    breaks: list[str] = field(default_factory=list)

    @property
    def parts_minor(self) -> int:
        """What the parts come to."""
        parts = (self.unallocated, self.owed, self.on_its_way, self.forwarded)
        return self.fees_minor + sum(part.minor for part in parts)

    @property
    def books_agree(self) -> bool:
        """Our tables, our ledger and the simulator's books of money in and out say the same."""
        moved_minor = self.forwarded.minor + self.in_doubt.minor
        return (
            self.received.minor == self.parts_minor
            and self.received == self.book_received
            and self.book_moved.minor == moved_minor
            and not self.strays.count
            and not self.breaks
            and self.ledger_minor
            == {
                "unallocated": self.unallocated.minor,
                "owed": self.owed.minor,
                "on its way": self.on_its_way.minor,
            }
        )


def rent_figures(shortcode: Shortcode) -> RentFigures:
    """Count both sides now."""
    payments = Payment.objects.filter(shortcode=shortcode, method=Method.MPESA)
    allocated = payments.filter(status=PaymentStatus.ALLOCATED)
    payouts = DisbursementRequest.objects.filter(shortcode=shortcode, origin=ORIGIN)
    paid = payouts.filter(status=DisbursementStatus.COMPLETED)
    forwards = Forward.objects.filter(partner_id=shortcode.partner_id)
    moves = [each for each in _book("book", "moves") if each["shortcode"] == shortcode.number]
    known = set(paid.values_list("receipt", flat=True))
    extra = [move for move in moves if move["receipt"] not in known]
    in_doubt = _explained(extra, payouts)
    book_in = [
        each for each in _book("received", "received") if each["shortcode"] == shortcode.number
    ]
    return RentFigures(
        received=_sum(payments, "amount_minor"),
        cash=_sum(Payment.objects.filter(shortcode=shortcode, method=Method.CASH), "amount_minor"),
        unallocated=_sum(payments.filter(status=PaymentStatus.UNALLOCATED), "amount_minor"),
        fees_minor=_sum(allocated, "fee_minor").minor,
        owed=_sum(allocated.filter(forwarded_at=None), "owed_minor"),
        on_its_way=_sum(forwards.filter(status__in=["processing", "failed"]), "amount_minor"),
        forwarded=_sum(forwards.filter(status="completed"), "amount_minor"),
        by_payout=dict(Counter(payouts.values_list("status", flat=True))),
        prompts=dict(
            Counter(Prompt.objects.filter(shortcode=shortcode).values_list("status", flat=True))
        ),
        notices=dict(
            Counter(
                Notice.objects.filter(partner_id=shortcode.partner_id).values_list(
                    "state", flat=True
                )
            )
        ),
        book_received=_shillings(book_in),
        book_moved=_shillings(moves),
        in_doubt=_shillings(in_doubt),
        strays=Total(
            count=len(extra) - len(in_doubt),
            minor=_shillings(extra).minor - _shillings(in_doubt).minor,
        ),
        ledger_minor=_ledger(shortcode),
        breaks=list(breaks()),
    )


def _explained(extra: list[dict[str, Any]], payouts: Any) -> list[dict[str, Any]]:
    """Of the moves without a receipt here, those that one open payout each explains."""
    open_ones = Counter(
        (row.receiver_number or row.msisdn, row.account_reference, row.amount_minor)
        for row in payouts.exclude(
            status__in=[DisbursementStatus.COMPLETED, DisbursementStatus.FAILED]
        )
    )
    found = []
    for move in extra:
        key = (move["msisdn"], move["account"], move["amount"] * MINOR)
        if open_ones[key]:
            open_ones[key] -= 1
            found.append(move)
    return found


def _ledger(shortcode: Shortcode) -> dict[str, int]:
    owners = Owner.objects.filter(partner_id=shortcode.partner_id).values_list("pk", flat=True)
    held = {each.code: each.balance_minor for each in balances(prefix="")}
    return {
        "unallocated": held.get(f"received:{shortcode.number}:unallocated:{CURRENCY}", 0),
        "owed": sum(held.get(f"owner:{pk}:owed:{CURRENCY}", 0) for pk in owners),
        "on its way": sum(held.get(f"owner:{pk}:forwarding:{CURRENCY}", 0) for pk in owners),
    }


def _sum(rows: Any, column: str) -> Total:
    found = rows.aggregate(count=Count("pk"), minor=Sum(column))
    return Total(count=found["count"], minor=int(found["minor"] or 0))


def _shillings(rows: list[dict[str, Any]]) -> Total:
    return Total(count=len(rows), minor=sum(row["amount"] * MINOR for row in rows))


def _book(name: str, rows: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = simulator("GET", name).json()[rows]
    return found
