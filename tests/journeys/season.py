"""A season of contests on one table: settlements, winners, Stripe with faults, mail, the clock."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from config.schedules import SWEEPS
from core.models import Step
from disbursements import queries
from disbursements.models import ConnectedAccount, PayoutJob
from disbursements.operations import pause as pausing
from gateways.simulator.chance import drawing
from gateways.simulator.faults import FaultPlan
from gateways.simulator.stripe import payment
from gateways.simulator.stripe.names import EVENTS, MISHAPS, READS, STRIPE_FAULTS
from tests.contests import settle
from tests.journeys.judging import demand
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
# Of a hundred notices so many are lost, and so many come twice.
LOST, TWICE = 60, 70
QUIET_DAYS = 6
IDLE_ROUNDS_MAX = 5
ROUNDS_MAX = 30
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


class Season:
    """One partner's contests, from their settlements to the last winner."""

    def __init__(
        self, *, wire: Wire, partner: Partner, counts: Mapping[str, int], seed: int
    ) -> None:
        self.wire = wire
        self.clock = wire.clock
        self.partner = partner
        self.chance = drawing("season", seed)
        self.seed = seed
        self.events: Counter[str] = Counter()
        self.stormy = False
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

    def storm(self) -> None:
        """Everything may go wrong from now on, at Stripe and with its notices."""
        self.wire.simulator.change_faults(STORM, seed=self.seed)
        self.stormy = True

    def calm(self) -> None:
        """Nothing goes wrong any more."""
        self.wire.simulator.change_faults("none")
        self.stormy = False

    def mail(self) -> int:
        """The notices that are due arrive in any order, in a storm also twice or never."""
        due = list(self.wire.simulator.due_callbacks(self.clock()))
        if self.stormy:
            self.chance.shuffle(due)
            self.events["notices out of order"] += len(due) > 1
        for notice in due:
            draw = self.chance.randrange(100) if self.stormy else 100
            times = 0 if draw < LOST else 2 if draw < TWICE else 1
            self.events[f"notice came {times} times"] += 1
            for _ in range(times):
                self.wire.post(notice)
        return len(due)

    def sweep(self) -> int:
        """The mail, and every sweep once; how much was done."""
        done = self.mail()
        for name in SWEPT:
            found = SWEEPS[name].run()
            done += 0 if name in UNCOUNTED else found
        return done

    def work(self, *, hours: float, step_minutes: float = 30) -> None:
        """Sweep and let time pass, no longer than that."""
        end = self.clock() + timedelta(hours=hours)
        while self.clock() < end:
            rounds = 0
            while self.sweep():
                rounds += 1
                demand(rounds < ROUNDS_MAX, "the sweeps do the same again and again")
            self.clock.moment = min(end, self.clock() + timedelta(minutes=step_minutes))

    def come_to_rest(self) -> None:
        """No more faults; until nothing is due without a person."""
        self.calm()
        end, idle = self.clock() + timedelta(days=QUIET_DAYS), 0
        while self.clock() < end:
            if self.sweep():
                idle = 0
                continue
            moments = [SWEEPS[name].next_moment(at=self.clock()) for name in SWEPT]
            later = [each for each in (*moments, self.wire.simulator.next_moment()) if each]
            if not later:
                return
            idle += 1
            assert idle < IDLE_ROUNDS_MAX or min(later) > self.clock(), "due, and nothing is done"
            self.clock.moment = max(min(later), self.clock() + timedelta(minutes=15))
        raise AssertionError(f"still not at rest after {QUIET_DAYS} days")

    def resume_all(self) -> None:
        """What a person does once the trouble is over."""
        for pause in queries.active_pauses():
            pausing.resume(pause_id=pause.pk, reason="put right", actor="test", at=self.clock())

    def of_kind(self, kind: str) -> list[Win]:
        """The winners whose account stands so."""
        return [win for win in self.wins.values() if win.kind == kind]

    def count_statuses(self) -> None:
        """Which statuses payouts came to, from their trail."""
        steps = Step.objects.filter(subject_type="DisbursementRequest")
        for status in steps.values_list("to_status", flat=True):
            self.events[f"came to {status}"] += 1

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
