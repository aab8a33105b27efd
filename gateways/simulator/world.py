"""Everything the desks share: switches, chance, time, money and what is under way."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from gateways.simulator.agenda import Agenda
from gateways.simulator.behaviour import PLAIN, Behaviour
from gateways.simulator.book import Book
from gateways.simulator.chance import drawing
from gateways.simulator.credential import Initiators
from gateways.simulator.customers import script_of
from gateways.simulator.faults import FaultPlan
from gateways.simulator.money_in.state import Addresses, MoneyIn
from gateways.simulator.payment import COMPLETED, Payment, Payments
from gateways.simulator.wallets import Wallets

SHORTEST_DELAY = 0.3
LONGEST_DELAY = 3.0


@dataclass(frozen=True)
class Instruction:
    """What the business means to pay once, as far as the provider can see."""

    shortcode: str
    msisdn: str
    reference: str


@dataclass(kw_only=True)
class World:
    """The state of one simulated provider. `delay_s` is before scaling.

    `epoch` makes the ids of one run differ from another's; what happens does not hang on it.
    A status query finds no payment whose receipt is `forgotten`.
    """

    initiators: Initiators
    wallets: Wallets
    book: Book
    plan: FaultPlan = field(default_factory=FaultPlan)
    seed: int = 1
    epoch: str = ""
    time_scale: float = 1.0
    delay_s: float = 1.0
    refuse_duplicates: bool = True
    varied_shapes: bool = True
    agenda: Agenda = field(default_factory=Agenda)
    money_in: MoneyIn = field(default_factory=MoneyIn)
    payments: Payments = field(default_factory=Payments)
    requests: Counter[Instruction] = field(default_factory=Counter)
    attempts: Counter[Instruction] = field(default_factory=Counter)
    top_ups_at_first: dict[Instruction, int] = field(default_factory=dict)
    queries: Counter[str] = field(default_factory=Counter)
    forgotten: set[str] = field(default_factory=set)
    serial: int = 0
    _ordinals: dict[tuple[str, str], dict[str, int]] = field(default_factory=dict)
    _tries: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        """Take up what the book of an earlier run says."""
        for shortcode, amount in self.book.top_ups:
            self.wallets.top_up(shortcode=shortcode, amount=amount)
        for shortcode, addresses in self.book.addresses.items():
            self.money_in.addresses[shortcode] = Addresses(**addresses)
        self.money_in.pulling |= self.book.pulling
        for received in self.book.received:
            self.wallets.receive(shortcode=received.shortcode, amount=received.amount)
        for move in self.book.moves:
            business = move.rail == "b2b"
            pay = self.wallets.pay_business if business else self.wallets.pay
            pay(shortcode=move.shortcode, amount=move.amount)
            self.payments.add(
                Payment(
                    originator_conversation_id=move.originator_conversation_id,
                    conversation_id=f"AG_{move.at:%Y%m%d}_{move.receipt.lower()}",
                    shortcode=move.shortcode,
                    msisdn=move.msisdn,
                    amount=move.amount,
                    accepted_at=move.at,
                    behaviour=PLAIN,
                    status=COMPLETED,
                    result_code="0",
                    receipt=move.receipt,
                    charge=move.charge,
                    receiver_type="4" if business else "",
                    account=move.account,
                    finished_at=move.at,
                )
            )

    def registered_name(self, number: str, *, else_of: Sequence[str]) -> str:
        """Who a phone or shortcode belongs to: as it was registered, else a made-up name."""
        return self.book.names.get(number) or self.draw("name", number).choice(else_of)

    def wait(self, seconds: float) -> timedelta:
        """A delay of the simulator's own, shortened by the time scale."""
        return timedelta(seconds=seconds / self.time_scale)

    def draw(self, *subject: object) -> Random:
        """Chance for this subject."""
        return drawing(self.seed, *subject)

    def next_draw(self, *subject: object) -> Random:
        """Chance that is new every time: for ids, whose values mean nothing."""
        self.serial += 1
        return drawing(self.seed, self.epoch, self.serial, *subject)

    def result_delay(self, *subject: object) -> timedelta:
        """The normal time until a result: 0.3 to 3 times `delay_s`."""
        factor = self.draw("delay", *subject).uniform(SHORTEST_DELAY, LONGEST_DELAY)
        return self.wait(self.delay_s * factor)

    def draw_key(self, *, shortcode: str, msisdn: str, reference: str) -> tuple[object, ...]:
        """What one request's chance hangs on: the customer, which of the customer's payments
        this is, and which try of it. The reference itself may differ from run to run.
        """
        ordinals = self._ordinals.setdefault((shortcode, msisdn), {})
        ordinal = ordinals.setdefault(reference, len(ordinals) + 1)
        self._tries[reference] += 1
        return (msisdn, ordinal, self._tries[reference])

    def behaviour(self, *, msisdn: str, draw_key: tuple[object, ...]) -> Behaviour:
        """The script of the customer or business; without one, what the fault plan draws."""
        return script_of(msisdn) or self.plan.behaviour(*draw_key)
