"""The demo's rehearsal: real code, a provider with faults, and the two books compared."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db.models import Count, Sum

from config.books import breaks
from config.demo.provider import simulator
from core import clock, money
from core.models import Alert
from disbursements.models import AttemptOutcome, DisbursementRequest, DisbursementRetryLog
from disbursements.operations.import_file import ImportReport, import_file
from disbursements.states import DisbursementStatus
from ledger import chart
from ledger.queries import balances
from vault.models import Partner, Shortcode
from vault.operations.add_partner import add_partner
from vault.operations.add_shortcode import Credentials, add_shortcode

ACTOR = "demo"
PARTNER = "Highland Wages (demo)"
NUMBER = "600111"
CURRENCY = "KES"
PAYEES = Path(__file__).with_name("payees.csv")
# A saved error of Stripe's keeps its key for a day, however quick the demo's clock runs. Which
# loans Mifos X refuses to book, config/demo/lenders.py says.
FAULTS = "stormy,transfer_error=0,book_403_rule=0,book_403_integrity=0,book_checker_rejected=0"
SEED = 2026
FLOAT_UNITS = 40_000_000


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What became of the demo's payouts, from our tables and from the simulator's book."""

    instructed: int
    instructed_minor: int
    by_status: dict[str, int]
    paid_minor: int
    failed_why: dict[str, int] = field(default_factory=dict)
    waiting_why: dict[str, int] = field(default_factory=dict)
    with_retries: int
    attempts: int
    paid_twice: int
    moved: int
    moved_minor: int
    booked_minor: int
    alerts: int
    breaks: list[str]

    @property
    def books_agree(self) -> bool:
        """The simulator's book of money moved, our ledger and our receipts say the same."""
        return self.moved_minor == self.booked_minor == self.paid_minor and not self.breaks


def set_up(*, at: datetime) -> Shortcode:
    """The demo's partner and shortcode, made once, and the simulator's faults switched on."""
    certificate = simulator("GET", "certificate").content
    partner = Partner.objects.filter(name=PARTNER).first() or add_partner(
        name=PARTNER, actor=ACTOR, at=at
    )
    simulator("POST", "faults", json={"faults": FAULTS, "seed": SEED})
    found = Shortcode.objects.filter(number=NUMBER).first()
    if found:
        return found
    simulator("POST", "top-up", json={"shortcode": NUMBER, "amount": FLOAT_UNITS})
    return add_shortcode(
        number=NUMBER,
        partner_id=partner.pk,
        kind="paybill",
        initiator_name="demo-initiator",
        credentials=Credentials(
            consumer_key="demo-consumer-key",
            consumer_secret="demo-consumer-secret",  # noqa: S106 - the simulator's, worth nothing
            initiator_password="Demo#2026",  # noqa: S106
        ),
        certificate=certificate,
        actor=ACTOR,
        at=at,
    )


def end_faults() -> None:
    """From now on the simulator does what docs/simulator.md says of each number."""
    simulator("POST", "faults", json={"faults": "none"})


def import_payees(shortcode: Shortcode) -> ImportReport:
    """The shipped file of 500 rows; a second time adds nothing."""
    return import_file(
        source=PAYEES, partner_id=shortcode.partner_id, actor=ACTOR, at=clock.database_now()
    )


def figures(shortcode: Shortcode) -> Figures:
    """Count both sides now."""
    rows = DisbursementRequest.objects.filter(shortcode=shortcode)
    attempts = DisbursementRetryLog.objects.filter(disbursement__shortcode=shortcode)
    totals = rows.aggregate(count=Count("pk"), minor=Sum("amount_minor"))
    paid = rows.filter(status=DisbursementStatus.COMPLETED)
    book = simulator("GET", "book").json()
    moves = [move for move in book["moves"] if move["shortcode"] == shortcode.number]
    twice = [case for case in book["paidTwice"] if case.get("shortcode", NUMBER) == NUMBER]
    account = chart.partner_payouts(shortcode.partner_id, CURRENCY).code
    booked = sum(
        each.debit_minor - each.credit_minor
        for each in balances(prefix=account)
        if each.code == account
    )
    return Figures(
        instructed=totals["count"],
        instructed_minor=totals["minor"] or 0,
        by_status=dict(Counter(rows.values_list("status", flat=True))),
        paid_minor=paid.aggregate(minor=Sum("amount_minor"))["minor"] or 0,
        failed_why=_why(rows.filter(status=DisbursementStatus.FAILED)),
        waiting_why=_why(
            rows.exclude(status__in=[DisbursementStatus.COMPLETED, DisbursementStatus.FAILED])
        ),
        with_retries=rows.filter(attempts_made__gt=1).count(),
        attempts=attempts.count(),
        paid_twice=len(twice)
        + attempts.filter(outcome=AttemptOutcome.PAID)
        .values("disbursement")
        .annotate(times=Count("pk"))
        .filter(times__gt=1)
        .count(),
        moved=len(moves),
        moved_minor=sum(
            money.parse_amount(str(move["amount"]), currency=CURRENCY) for move in moves
        ),
        booked_minor=booked,
        alerts=Alert.objects.filter(closed_at=None).count(),
        breaks=list(breaks()),
    )


def _why(rows: Any) -> dict[str, int]:
    reasons = rows.values_list("status", "failure_code", "retry_reason", "person_needed_because")
    return dict(
        Counter(
            f"{status}: {person or reason or 'not sent yet'}"
            for status, _, reason, person in reasons
        ).most_common()
    )
