"""The half of the state machine that needs no mishap: partners, sweeps, clock and staff."""

from collections import Counter
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from core import clock
from disbursements.models import DisbursementRequest
from disbursements.operations.ask import ASKABLE, CannotAsk, ask_now
from disbursements.operations.classify_code import add_rule
from disbursements.operations.instruct import ConflictingReplay
from disbursements.operations.judge import UNCLASSIFIED_ALERT
from disbursements.operations.pause import pause, resume
from disbursements.rules.by_hand import STATUSES
from disbursements.states import FINAL
from disbursements.states import DisbursementStatus as Status
from gateways.simulator import KeyPair
from gateways.simulator.customers import SCRIPTS
from tests.journeys.buttons import VERBS, press
from tests.journeys.house import JOBS, PARTNERS, UNCLASSIFIED, House, Order
from tests.journeys.judging import Broken, Seen
from tests.journeys.killing import in_a_fixed_order
from tests.journeys.oracle import Oracle
from tests.wire import RunningClock

NUMBERS = [number for numbers in PARTNERS.values() for number in numbers]
PLAIN_CUSTOMERS = [f"0000{digit}" for digit in range(1, 7)]
# Late, hidden or silent ones: where a hasty design goes wrong.
TELLING_CUSTOMERS = ["99201", "99207", "99301", "99401", "99402", "99502"]
CUSTOMERS = PLAIN_CUSTOMERS * 4 + TELLING_CUSTOMERS * 4 + sorted(SCRIPTS)
ORDERS_MAX = 10
UNFINISHED_MAX = 4
SELDOM = 3
PRESSES_MAX = 5
SPANS_S = {"seconds": 20, "a minute": 61, "a lease": 130, "minutes": 6 * 60, "a rung": 16 * 60,
           "an hour": 3600, "hours": 3 * 3600, "a day": 86_400, "days": 3 * 86_400}  # fmt: skip


class Everyday(RuleBasedStateMachine):
    """`events` counts, over all examples, what was really met; `examples` how many began."""

    key_pair: ClassVar[KeyPair]
    refuse_duplicates: ClassVar[bool | None] = None
    events: ClassVar[Counter[str]] = Counter()
    examples: ClassVar[int] = 0
    broken_in: ClassVar[int] = 0
    steps: ClassVar[int] = 0

    house: House
    seen: Seen
    steps_taken = 0
    presses = 0

    def __init__(self) -> None:
        super().__init__()
        type(self).examples += 1
        self.often: Counter[str] = Counter()
        self.clock = RunningClock()
        self._time = clock.reading_from(self.clock)
        self._order = in_a_fixed_order()
        self._time.__enter__()
        self._order.__enter__()

    def teardown(self) -> None:
        """Give clock and threads back; nothing is judged here, it would hide the failure."""
        self._order.__exit__(None, None, None)
        self._time.__exit__(None, None, None)

    def met(self, event: str) -> None:
        """Count something that really happened."""
        self.events[event] += 1
        self.often[event] += 1

    def seldom(self, *events: str) -> bool:
        """Whether these happened only now and then in this example: steps are dear."""
        return sum(self.often[event] for event in events) < SELDOM

    @initialize(
        seed=st.integers(0, 2**16),
        refuse=st.booleans(),
        first=st.lists(st.sampled_from(CUSTOMERS), min_size=1, max_size=4, unique=True),
    )
    def open_house(self, seed: int, refuse: bool, first: list[str]) -> None:
        if self.refuse_duplicates is not None:
            refuse = self.refuse_duplicates
        self.house = House(
            key_pair=self.key_pair, clock=self.clock, seed=seed, refuse_duplicates=refuse
        )
        self.oracle = Oracle(self.house)
        for digits in first:
            self.instruct_one(digits=digits)

    def instruct_one(self, *, digits: str) -> None:
        """A new order, whatever else there is."""
        self.house.instruct(
            Order(
                number=NUMBERS[0], reference=f"REF-{len(self.house.orders)}",
                msisdn=f"2547001{digits}", amount=1_250, max_retries=3,
            )
        )  # fmt: skip
        self.met("instructed")

    @invariant()
    def nothing_is_broken(self) -> None:
        """Look at everything, and count what the payouts have come to."""
        before = {row.pk: row.status for row in getattr(self, "seen", _NOTHING).rows}
        self.seen = self.look()
        self.steps_taken += 1
        type(self).steps += 1
        for row in self.seen.rows:
            if before.get(row.pk) != row.status:
                self.met(f"came to {row.status}")
                if row.attempts_made > 1 and row.status == Status.SENDING:
                    self.met("second attempt")

    @precondition(lambda self: self.has_room())
    @rule(
        number=st.sampled_from(NUMBERS),
        digits=st.sampled_from(CUSTOMERS),
        amount=st.sampled_from([10, 1_250, 70_000]),
        max_retries=st.integers(0, 3),
        shared=st.integers(0, 4).map(lambda chance: chance == 0),
    )
    def a_partner_instructs(self, shared: bool, digits: str, **rest: Any) -> None:
        # The same reference at another partner is another payout.
        reference = "SHARED" if shared else f"REF-{len(self.house.orders)}"
        order = Order(reference=reference, msisdn=f"2547001{digits}", **rest)
        try:
            self.house.instruct(order)
            self.met("instructed")
        except ConflictingReplay:
            demand_known(self.house, order)
            self.met("conflict refused")

    @precondition(lambda self: self.presses < PRESSES_MAX)
    @rule(data=st.data(), limit=st.integers(0, 4), write=st.integers(-20, 8), wild=st.booleans())
    def a_button_is_pressed(self, data: st.DataObject, limit: int, write: int, wild: bool) -> None:
        self.presses += 1
        row = data.draw(st.sampled_from(self.seen.rows))
        fit = [verb for verb in VERBS if wild or row.status in STATUSES[verb]]
        rows = self.seen.rows if wild else [row]
        verb = data.draw(st.sampled_from(fit or VERBS))
        for event in press(self.house, verb, rows, limit=limit, dies_at_write=max(0, write)):
            self.met(event)

    @rule(data=st.data())
    def somebody_acts(self, data: st.DataObject) -> None:
        possible = [name for name, may in self.acts().items() if may]
        getattr(self, data.draw(st.sampled_from(possible or ["sweep_float"])))(data)

    def acts(self) -> dict[str, bool]:
        """What partners and staff may do now; each only now and then, for steps are dear."""
        return {
            "say_again": self.seldom("replayed", "conflict refused"),
            "sweep_float": bool(self.seen.pauses) and self.seldom("sweep resume"),
            "pause_something": not self.seen.pauses and self.seldom("paused"),
            "end_a_pause": bool(self.seen.pauses),
            "classify": (UNCLASSIFIED_ALERT, f"b2c:{UNCLASSIFIED}") in self.seen.alerts,
            "ask_by_hand": bool(self._askable()) and self.seldom("asked by hand"),
        }

    def say_again(self, data: st.DataObject) -> None:
        """The same order again, or another one under its reference."""
        order = data.draw(st.sampled_from(list(self.house.orders.values())))
        if data.draw(st.booleans()):
            self.house.instruct(order)
            self.met("replayed")
            return
        try:
            self.house.instruct(Order(**(vars(order) | {"amount": order.amount + 1})))
        except ConflictingReplay:
            self.met("conflict refused")
        else:
            raise AssertionError("the same reference was taken for another amount")

    @rule(data=st.data(), span=st.sampled_from(["at once", *sorted(SPANS_S)]))
    def one_sweep(self, data: st.DataObject, span: str) -> None:
        self.time_passes(span)
        due = [name for name in JOBS[:-1] if self.seen.due(name, at=self.clock.moment)]
        if not due:
            self.house.hand_in_all()
            return
        name = data.draw(st.sampled_from(due))
        self.house.sweep(name)
        self.met(f"sweep {name}")

    def sweep_float(self, data: st.DataObject) -> None:
        """Look whether the float is back."""
        self.house.sweep("resume")
        self.met("sweep resume")

    @rule(span=st.sampled_from(["a minute", "a minute", "minutes", "a rung", "an hour"]))
    def everything_is_swept(self, span: str) -> None:
        self.time_passes(span)
        self.house.hand_in_all()
        self.house.sweep_all()

    @precondition(lambda self: bool(self._later()))
    @rule()
    def the_next_thing_falls_due(self) -> None:
        self.clock.moment = max(self.clock.moment, min(self._later()))
        self.met("clock to what is due")

    def time_passes(self, span: str) -> None:
        """Seconds to days, or nothing."""
        if span in SPANS_S:
            self.clock.forward(seconds=SPANS_S[span])
            self.met(f"clock on by {span}")

    def pause_something(self, data: st.DataObject) -> None:
        """Staff stop a part of it, or all."""
        scope = data.draw(st.sampled_from(["everything", "partner", "rail", "shortcode"]))
        row: DisbursementRequest = data.draw(st.sampled_from(self.seen.rows))
        target = {"everything": "", "partner": str(row.partner_id), "rail": row.rail,
                  "shortcode": str(row.shortcode_id)}[scope]  # fmt: skip
        pause(scope=scope, target=target, reason="a rehearsal", actor="staff", at=self.clock())
        self.met("paused")

    def end_a_pause(self, data: st.DataObject) -> None:
        """Staff resume what they, or we, have stopped."""
        found = data.draw(st.sampled_from(self.seen.pauses))
        resume(pause_id=found.pk, reason="a rehearsal", actor="staff", at=self.clock())
        self.met("resumed")

    def classify(self, data: st.DataObject) -> None:
        """Staff say what a code means that no row names."""
        follows = data.draw(st.sampled_from(["never", "backoff", "next_day", "operator", "ask"]))
        outcome = "unknown" if follows == "ask" else "failed"
        values = {"outcome": outcome, "next": follows, "scope": "payment", "meaning": "Rehearsed."}
        add_rule(
            api="b2c", code=UNCLASSIFIED, values=values, reason="a rehearsal", actor="staff",
            at=self.clock(),
        )  # fmt: skip
        self.met("classified")

    def ask_by_hand(self, data: st.DataObject) -> None:
        """Staff ask about something that we would ask about later."""
        row = data.draw(st.sampled_from(self._askable()))
        try:
            ask_now(disbursement_id=row.pk, actor="staff", at=self.clock())
            self.met("asked by hand")
        except CannotAsk:
            self.met("nothing to ask")

    def look(self, *, at_rest: bool = False) -> Seen:
        """What the oracle sees; remembers in which example it first saw something broken."""
        try:
            seen = self.oracle.look()
            if at_rest:
                self.oracle.at_rest(seen)
        except Broken:
            type(self).broken_in = type(self).broken_in or self.examples
            raise
        return seen

    def has_room(self) -> bool:
        """Whether so few payouts are under way that another one is welcome."""
        unfinished = sum(row.status not in FINAL for row in self.seen.rows)
        return len(self.seen.rows) < ORDERS_MAX and unfinished < UNFINISHED_MAX

    def _askable(self) -> list[DisbursementRequest]:
        return [
            row for row in self.seen.rows
            if row.status in ASKABLE and (row.ask_at is None or row.ask_at > self.seen.at)
        ]  # fmt: skip

    def _later(self) -> list[Any]:
        moments = [
            moment for name in ("send", "retry", "ask", "recover")
            for moment in self.seen.moments(name) if moment > self.clock.moment
        ]  # fmt: skip
        provider = self.house.simulator.next_moment()
        return moments + ([provider] if provider and provider > self.clock.moment else [])


class _NOTHING:
    rows: ClassVar[list[DisbursementRequest]] = []


def demand_known(house: House, order: Order) -> None:
    """A refusal is right only where this partner used the reference for something else."""
    same = [
        each for each in house.orders.values()
        if each.reference == order.reference
        and house.partners[each.number] == house.partners[order.number]
    ]  # fmt: skip
    assert same, "refused as a replay, but it is new"
