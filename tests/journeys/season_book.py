"""Who was paid how often and how much, by Stripe's own book, against ours."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from django.db.models import Count

from disbursements.models import DisbursementRequest, DisbursementRetryLog, PayoutTransfer
from disbursements.operations.prove_books import breaks
from ledger import chart
from ledger.models import Entry
from ledger.queries import balances
from tests.journeys.judging import demand
from tests.journeys.season import NEVER, Season, Win
from tests.striping import control
from tests.winners import account_of


class Book:
    """Stripe's book now. Every look demands something of it: raises Broken."""

    def __init__(self, season: Season) -> None:
        self.season = season
        found: dict[str, Any] = control(season.wire, "stripe-book")
        self.totals: dict[str, int] = found["totals"]
        self.twice: list[Any] = found["paidTwice"]
        self.transfers: list[dict[str, Any]] = found["transfers"]
        self.by_user: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        users = dict(PayoutTransfer.objects.values_list("pk", "user_id"))
        for transfer in self.transfers:
            user_id = users.get(UUID(transfer["metadata"]["payout_transfer_id"]), "")
            demand(user_id in season.wins, f"{transfer['id']} is of nobody who has won")
            self.by_user[user_id].append(transfer)

    def nobody_twice(self) -> None:
        """Each at most once, at their own account, what they won."""
        demand(not self.twice, f"paid twice: {self.twice}")
        for user_id, paid in self.by_user.items():
            demand(len(paid) == 1, f"{user_id} was paid {len(paid)} times")
            self._fits(self.season.wins[user_id], paid[0])

    def everybody_once(self) -> None:
        """Who has an account is paid; nobody else is."""
        for user_id, win in self.season.wins.items():
            wanted = 0 if win.kind == NEVER else 1
            demand(
                len(self.by_user[user_id]) == wanted,
                f"{user_id} ({win.kind or 'plain'}) was paid {len(self.by_user[user_id])} times",
            )

    def ours_agrees(self) -> None:
        """Receipts, holds and ledger say what Stripe's book says, for each currency."""
        paid = DisbursementRequest.objects.exclude(receipt=None)
        demand(
            set(paid.values_list("receipt", flat=True)) == {each["id"] for each in self.transfers},
            "our receipts are not Stripe's transfers",
        )
        held = {each.code: each.debit_minor - each.credit_minor for each in balances(prefix="")}
        for currency in self.season.jobs:
            code = chart.partner_payouts(self.season.partner.pk, currency).code
            booked, moved = held.get(code, 0), self.totals.get(currency.lower(), 0)
            demand(booked == moved, f"{currency}: our ledger says {booked}, Stripe's {moved}")
        self._each_attempt_once()
        wrong = list(breaks())
        demand(not wrong, f"the books are not proven: {wrong[:5]}")

    def _each_attempt_once(self) -> None:
        attempts = DisbursementRetryLog.objects.count()
        holds = Entry.objects.filter(kind="hold", reference__startswith="ledger:payout:")
        demand(holds.count() == attempts, f"{holds.count()} holds of {attempts} attempts")
        ends = Entry.objects.filter(settles__in=holds, kind__in=["commit", "void"])
        twice = ends.values("settles").annotate(times=Count("pk")).filter(times__gt=1)
        demand(not twice.exists(), "a hold was settled twice")
        demand(ends.count() == attempts, f"{ends.count()} holds of {attempts} are settled")

    def _fits(self, win: Win, transfer: dict[str, Any]) -> None:
        said = (transfer["currency"].upper(), transfer["amount"], transfer["destination"])
        won = (win.currency, win.amount_minor, account_of(win.user_id))
        demand(said == won, f"{win.user_id} won {won}, but {said} was paid")
