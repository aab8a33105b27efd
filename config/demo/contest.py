"""The demo's contests: sixty winners in three currencies, paid through a Stripe account."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import requests
from django.conf import settings

from config.demo.provider import simulator
from core import clock, money
from core.callers import Caller
from disbursements.models import ConnectedAccount, DisbursementRequest
from disbursements.operations import reversals
from disbursements.operations.accounts import save_account
from disbursements.operations.refresh_accounts import refresh_accounts
from disbursements.operations.schedule_payout import schedule_payout_for_settlement
from disbursements.rules.contest_settlement import ContestSettlement, Winner
from disbursements.states import FINAL, DisbursementStatus
from vault.models import Partner, Shortcode
from vault.operations.add_partner import add_partner
from vault.operations.add_stripe_account import add_stripe_account
from vault.queries.stripe import CONNECT, webhook_addresses

ACTOR = "demo"
PARTNER = "Savanna Contests (demo)"
NUMBER = "STRIPE"
SECRET_KEY = "sk_test_demo"  # noqa: S105 - the simulator's, worth nothing
WINNERS = 20
# What the first winner of each gets, and how much less each further one.
PRIZES = {"USD": ("100.00", "3.50"), "JPY": ("12000", "450"), "KWD": ("30.500", "1.250")}
EVERY_TENTH_WAITS, EVERY_FIFTEENTH_IS_NEW = 10, 15
TAKEN_BACK = 2_500
REASON = "paid for a contest that was void"
WAKE_LIMIT = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Wins:
    """A winner; `waits`: Stripe does not let the account receive yet; `is_new`: no account yet."""

    user_id: str
    amount: str
    waits: bool
    is_new: bool

    @property
    def account_id(self) -> str:
        """Their account at the simulated Stripe."""
        return f"acct_{self.user_id.replace('-', '')}"


def winners(currency: str) -> Iterator[Wins]:
    """Who has won how much, the best first."""
    first, less = map(Decimal, PRIZES[currency])
    for number in range(1, WINNERS + 1):
        yield Wins(
            user_id=f"{currency.lower()}-winner-{number:02}",
            amount=str(first - less * (number - 1)),
            waits=number % EVERY_TENTH_WAITS == 0,
            is_new=number % EVERY_FIFTEENTH_IS_NEW == 0,
        )


def set_up(*, at: datetime) -> Shortcode:
    """The partner, the Stripe account and its winners' accounts once; then the contests are due.

    A second time adds nothing.
    """
    shortcode = Shortcode.objects.of_stripe().filter(number=NUMBER).first()
    if shortcode is None:
        partner = Partner.objects.filter(name=PARTNER).first() or add_partner(
            name=PARTNER, actor=ACTOR, at=at
        )
        shortcode = add_stripe_account(
            number=NUMBER, partner_id=partner.pk, secret_key=SECRET_KEY, actor=ACTOR, at=at
        )
    _register(shortcode)
    for currency in PRIZES:
        for win in winners(currency):
            if not win.is_new:
                _open_account(shortcode, win, at)
    refresh_accounts(at=at, partner_id=shortcode.partner_id)
    for currency in PRIZES:
        _settle(shortcode, currency, at)
    return shortcode


class Waking:
    """Who waited may receive now; each is paid without anybody's doing."""

    def __init__(self, shortcode: Shortcode) -> None:
        self.shortcode = shortcode
        self._ends_at: datetime | None = None

    def begin(self) -> None:
        """Finish verification at Stripe, and write the missing accounts down."""
        at = clock.database_now()
        for currency in PRIZES:
            for win in winners(currency):
                if win.is_new:
                    _open_account(self.shortcode, win, at)
                if win.waits:
                    _at_stripe(win, transfers="active")
        refresh_accounts(at=at, partner_id=self.shortcode.partner_id)
        self._ends_at = clock.database_now() + WAKE_LIMIT

    def is_under_way(self) -> bool:
        """Whether somebody who waited will still be paid."""
        if self._ends_at is None or clock.database_now() > self._ends_at:
            return False
        rows = DisbursementRequest.objects.filter(shortcode=self.shortcode)
        return rows.exclude(status__in=FINAL).exists()


def take_some_back(shortcode: Shortcode) -> int:
    """A part of one winner's money comes back, agreed on by two persons; how many came back."""
    paid = DisbursementRequest.objects.filter(
        shortcode=shortcode, currency="USD", status=DisbursementStatus.COMPLETED, returned_minor=0
    )
    row = paid.order_by("-amount_minor").first()
    known = DisbursementRequest.objects.filter(shortcode=shortcode, returned_minor__gt=0)
    if row is None or known.exists():
        return 0
    at = clock.database_now()
    wish = reversals.propose_reversal(
        disbursement_id=row.pk, amount_minor=TAKEN_BACK, reason=REASON, at=at,
        caller=_person("demo-operator", reversals.PROPOSE),
    )  # fmt: skip
    reversals.approve_reversal(
        reversal_id=wish.pk, reason=REASON, at=at,
        caller=_person("demo-approver", reversals.APPROVE),
    )  # fmt: skip
    return 1


def _person(name: str, permission: str) -> Caller:
    return Caller(actor=name, origin="command", partners=None, permissions=frozenset({permission}))


def _open_account(shortcode: Shortcode, win: Wins, at: datetime) -> None:
    known = ConnectedAccount.objects.filter(partner_id=shortcode.partner_id, user_id=win.user_id)
    if known.exists():
        return
    _at_stripe(win, transfers="inactive" if win.waits else "active")
    save_account(
        partner_id=shortcode.partner_id, user_id=win.user_id, account_id=win.account_id,
        actor=ACTOR, at=at,
    )  # fmt: skip


def _at_stripe(win: Wins, *, transfers: str) -> requests.Response:
    return simulator("POST", "stripe-account", json={"id": win.account_id, "transfers": transfers})


def _register(shortcode: Shortcode) -> None:
    secrets = settings.STRIPE_WEBHOOK_SECRETS
    for number, (kind, url) in enumerate(sorted(webhook_addresses(shortcode).items())):
        told = {"url": url, "connect": kind == CONNECT, "secret": secrets[number % len(secrets)]}
        simulator("POST", "stripe-webhook", json=told)


def _settle(shortcode: Shortcode, currency: str, at: datetime) -> None:
    won = list(winners(currency))
    pool = sum(money.parse_amount(win.amount, currency=currency) for win in won)
    schedule_payout_for_settlement(
        partner_id=shortcode.partner_id, origin="demo", actor=ACTOR, at=at,
        settlement=ContestSettlement(
            settlement_id=f"demo-{currency}", contest_id=f"demo-cup-{currency}",
            currency=currency, pool=money.plain(pool, currency),
            winners=[
                Winner(line=line, user_id=win.user_id, amount=win.amount)
                for line, win in enumerate(won, start=1)
            ],
        ),
    )  # fmt: skip
