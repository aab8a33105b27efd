"""A season of contests on one table: settlements, winners, Stripe with faults, mail, the clock."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from disbursements.models import ConnectedAccount, PayoutJob
from gateways.simulator.faults import FaultPlan
from gateways.simulator.stripe import payment
from gateways.simulator.stripe.names import EVENTS, MISHAPS, READS, STRIPE_FAULTS
from tests.contests import settle
from tests.journeys.lasting import Lasting
from tests.striping import open_account, register_webhooks
from tests.winners import a_stripe_account, account_of, an_account
from tests.wire import Wire
from vault.models import Partner

SWEPT = ("deliver", "recover", "accounts", "payouts", "balances", "resume", "send", "retry",
         "ask", "reversals")  # fmt: skip
UNCOUNTED = ("accounts", "balances")
AMOUNTS = {"USD": ("25.00", 2500), "JPY": ("1250", 1250), "KWD": ("3.250", 3250)}
STORM = ",".join(
    [f"{name}=0.03" for name in MISHAPS]
    + [f"{name}=0.06" for name in EVENTS]
    + [f"{name}=0.1" for name in READS]
)
# Every fortieth winner is one of each of these.
EVERY = 40
LATE, INACTIVE, UNSEEN, NEVER = "late", "inactive", "unseen", "never"
KINDS = {7: LATE, 17: INACTIVE, 27: UNSEEN, 37: NEVER}


@dataclass(frozen=True, kw_only=True)
class Win:
    """What a user won, kept outside of the system under test; `kind` is how the account stands.

    Late ones get their account later, inactive ones may receive later, of unseen ones we do not
    know that they may not receive yet, and never ones never get one.
    """

    user_id: str
    currency: str
    amount_minor: int
    kind: str


class Season(Lasting):
    """One partner's contests, from their settlements to the last winner."""

    swept, uncounted, weather = SWEPT, UNCOUNTED, STORM

    def __init__(
        self, *, wire: Wire, partner: Partner, counts: Mapping[str, int], seed: int
    ) -> None:
        super().__init__(wire=wire, seed=seed)
        self.partner = partner
        self.doubtful: set[str] = set()
        self.shortcode = a_stripe_account(partner)
        register_webhooks(wire, subject=self.shortcode.number)
        self.wins = {
            user_id: win
            for currency, count in counts.items()
            for user_id, win in self._won(currency, count)
        }
        self.jobs = {currency: self.settle(currency) for currency in counts}

    def settle(self, currency: str) -> PayoutJob:
        """Hand the settlement in; again it is the same job."""
        wins = [win for win in self.wins.values() if win.currency == currency]
        text, minor = AMOUNTS[currency]
        scheduled = settle(
            self.partner, dict.fromkeys((win.user_id for win in wins), text),
            settlement_id=f"SET-{currency}", contest_id=f"cup-{currency}", currency=currency,
            pool=str(minor * len(wins)),
        )  # fmt: skip
        self.events["settled again" if scheduled.replayed else "settled"] += 1
        return scheduled.job

    def of_kind(self, kind: str) -> list[Win]:
        """The winners whose account stands so."""
        return [win for win in self.wins.values() if win.kind == kind]

    def _won(self, currency: str, count: int) -> Iterator[tuple[str, Win]]:
        for number in range(1, count + 1):
            kind = KINDS.get(number % EVERY, "")
            user_id = f"{currency.lower()}-{number:04}"
            minor = AMOUNTS[currency][1]
            win = Win(user_id=user_id, currency=currency, amount_minor=minor, kind=kind)
            yield user_id, win
            self._has_account(user_id, kind)
            if kind:
                self.doubtful.add(user_id)
        # Asked about daily otherwise, which takes long and which tests of accounts show.
        plain = ConnectedAccount.objects.exclude(user_id__in=self.doubtful)
        plain.update(refresh_at=self.clock() + timedelta(days=30))

    def _has_account(self, user_id: str, kind: str) -> None:
        if kind == NEVER:
            return
        may_receive = kind not in (INACTIVE, UNSEEN)
        open_account(
            self.wire, account_of(user_id), transfers="active" if may_receive else "inactive"
        )
        if kind != LATE:
            known = "inactive" if kind == INACTIVE else "active"
            an_account(self.partner, user_id, transfers=known)


@contextmanager
def counting(events: Counter[str]) -> Iterator[None]:
    """Count every fault of the simulated Stripe that really happens."""
    drawn, hits = payment.drawn, FaultPlan.hits
    names = {short: name for name, short in EVENTS.items()}

    def counted(*about: Any) -> tuple[str, bool, str]:
        name, executed, event = drawn(*about)
        if name:
            events[name] += 1
        if event and executed:
            events[names[event]] += 1
        return name, executed, event

    def read(plan: FaultPlan, fault: str, *subject: object) -> bool:
        hit = hits(plan, fault, *subject)
        if hit and fault in READS:
            events[fault] += 1
        return hit

    with patch.object(payment, "drawn", counted), patch.object(FaultPlan, "hits", read):
        yield


def never_met(events: Counter[str]) -> list[str]:
    """The faults that a run went without."""
    return [name for name in STRIPE_FAULTS if not events[name]]
