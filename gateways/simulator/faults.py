"""Fault plans: how often each fault happens, drawn so that a seed repeats the run."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from gateways.simulator.behaviour import (
    PLAIN,
    REFUSALS,
    THROTTLED,
    Answer,
    Behaviour,
    Delivery,
    Fate,
)
from gateways.simulator.chance import drawing
from gateways.simulator.fineract.names import LOAN_FAULTS
from gateways.simulator.stripe.names import STRIPE_FAULTS

ANSWER_FAULTS = {
    "lost_ack": Answer.LOST,
    "drop": Answer.DROPPED,
    "hang": Answer.HANG,
    "slow": Answer.SLOW,
    "too_many": Answer.TOO_MANY,
    "spike": Answer.SPIKE,
    "quota": Answer.QUOTA,
    "busy": Answer.BUSY,
    "internal_error": Answer.INTERNAL_ERROR,
    "maintenance": Answer.MAINTENANCE,
    "firewall_503": Answer.FIREWALL_503,
    "html_502": Answer.HTML_502,
    "html_200": Answer.HTML_200,
    "empty_ack": Answer.EMPTY_ACKNOWLEDGEMENT,
    "truncated": Answer.TRUNCATED,
    "wrong_type": Answer.WRONG_TYPE,
}
DELIVERY_FAULTS = {
    "lost_callback": Delivery.LOST,
    "duplicate_callback": Delivery.FIVE_TIMES,
    "early_callback": Delivery.EARLY,
    "late_callback": Delivery.LATE,
    "fail_after_success": Delivery.FAIL_AFTER_SUCCESS,
    "success_after_fail": Delivery.SUCCESS_AFTER_FAIL,
}
OUTCOME_FAULTS = {
    "temporary": {"result_code": THROTTLED},
    "internal_failure": {"result_code": "17"},
    "internal_failure_paid": {"result_code": "17", "moved": True},
    "unregistered": {"result_code": "2040"},
    "queue_timeout": {"delivery": Delivery.TIMEOUT_WRAPPED, "execute_after_s": 20.0},
    "queue_timeout_echo": {"delivery": Delivery.TIMEOUT_ECHO, "execute_after_s": 20.0},
    "queue_timeout_never": {"delivery": Delivery.TIMEOUT_WRAPPED, "fate": Fate.FORGOTTEN},
    "never_executed": {"delivery": Delivery.LOST, "fate": Fate.FORGOTTEN},
    "delayed": {"execute_after_s": 60.0, "hidden": True},
}
QUERY_FAULTS = (
    "status_lost",
    "status_lost_ack",
    "status_error",
    "status_timeout",
    "status_not_found",
    "status_pending",
)
TOKEN_FAULTS = ("token_error", "token_early")
MONEY_IN_FAULTS = (
    "prompt_cancelled", "prompt_wrong_pin", "prompt_no_money", "prompt_unanswered",
    "prompt_unanswered_paid", "prompt_bare", "prompt_locked", "standing_error",
    "confirmation_lost", "confirmation_duplicate", "confirmation_late", "confirmation_first",
)  # fmt: skip
FAULTS = (
    *ANSWER_FAULTS, *DELIVERY_FAULTS, *OUTCOME_FAULTS, *QUERY_FAULTS, *TOKEN_FAULTS,
    *MONEY_IN_FAULTS, *STRIPE_FAULTS, *LOAN_FAULTS,
)  # fmt: skip

# Answers that mean the same to the caller whether or not the request was carried out.
ALWAYS_ACCEPTED = frozenset({Answer.LOST, Answer.SLOW, Answer.WRONG_TYPE})
NEVER_ACCEPTED = REFUSALS | {Answer.DROPPED}

CALM = {"lost_callback": 0.01, "duplicate_callback": 0.01, "slow": 0.005, "temporary": 0.02}
STORMY = {
    **dict.fromkeys(ANSWER_FAULTS, 0.01),
    **dict.fromkeys(DELIVERY_FAULTS, 0.03),
    **dict.fromkeys(OUTCOME_FAULTS, 0.01),
    **dict.fromkeys(QUERY_FAULTS, 0.03),
    **dict.fromkeys(TOKEN_FAULTS, 0.05),
    **dict.fromkeys(MONEY_IN_FAULTS, 0.03),
    **dict.fromkeys(STRIPE_FAULTS, 0.02),
    **dict.fromkeys(LOAN_FAULTS, 0.01),
    "temporary": 0.06,
    "lost_callback": 0.06,
    "lost_ack": 0.03,
}
WORST = {
    **dict.fromkeys(ANSWER_FAULTS, 0.03),
    **dict.fromkeys(DELIVERY_FAULTS, 0.08),
    **dict.fromkeys(OUTCOME_FAULTS, 0.03),
    **dict.fromkeys(QUERY_FAULTS, 0.1),
    **dict.fromkeys(TOKEN_FAULTS, 0.15),
    **dict.fromkeys(MONEY_IN_FAULTS, 0.08),
    **dict.fromkeys(STRIPE_FAULTS, 0.05),
    **dict.fromkeys(LOAN_FAULTS, 0.03),
    "temporary": 0.12,
    "lost_callback": 0.15,
    "lost_ack": 0.1,
}
PLANS: dict[str, Mapping[str, float]] = {
    "none": {},
    "calm": CALM,
    "stormy": STORMY,
    "worst": WORST,
}


@dataclass(frozen=True)
class FaultPlan:
    """Rates by fault (0 to 1) and the seed they are drawn with."""

    rates: Mapping[str, float] = field(default_factory=dict)
    seed: int = 1
    name: str = "none"

    def hits(self, fault: str, *subject: object) -> bool:
        """Whether the fault happens to this subject: the same answer every time."""
        rate = self.rates.get(fault, 0.0)
        return rate > 0 and drawing(self.seed, fault, *subject).random() < rate

    def first_of(self, faults: Mapping[str, object], *subject: object) -> str | None:
        """The first of these faults that happens to this subject."""
        return next((fault for fault in faults if self.hits(fault, *subject)), None)

    def behaviour(self, *subject: object) -> Behaviour:
        """The behaviour drawn for one payment request."""
        behaviour = PLAIN
        if outcome := self.first_of(OUTCOME_FAULTS, *subject):
            behaviour = replace(behaviour, **OUTCOME_FAULTS[outcome])  # type: ignore[arg-type]
        elif delivery := self.first_of(DELIVERY_FAULTS, *subject):
            behaviour = replace(behaviour, delivery=DELIVERY_FAULTS[delivery])
        if answer := self.first_of(ANSWER_FAULTS, *subject):
            behaviour = self._answered(behaviour, ANSWER_FAULTS[answer], *subject)
        return behaviour

    def _answered(self, behaviour: Behaviour, answer: Answer, *subject: object) -> Behaviour:
        accepted = answer in ALWAYS_ACCEPTED or (
            answer not in NEVER_ACCEPTED
            and drawing(self.seed, "accepted", *subject).random() < 0.5
        )
        return replace(behaviour, answer=answer, accepted=accepted)


def read_plan(text: str, *, seed: int = 1) -> FaultPlan:
    """A plan's name or `key=rate,key=rate`; both together change the named plan's rates.

    Raises ValueError naming what is wrong, with an example.
    """
    rates: dict[str, float] = {}
    for part in (piece.strip() for piece in text.split(",")):
        if not part:
            continue
        if "=" not in part:
            rates.update(_named(part))
            continue
        fault, _, rate = part.partition("=")
        rates[_known(fault.strip())] = _rate(fault.strip(), rate.strip())
    return FaultPlan(rates=rates, seed=seed, name=text or "none")


def _named(name: str) -> Mapping[str, float]:
    if name not in PLANS:
        raise ValueError(f"faults: no plan is called {name!r}; there are {', '.join(PLANS)}")
    return PLANS[name]


def _known(fault: str) -> str:
    if fault not in FAULTS:
        raise ValueError(f"faults: {fault!r} is no fault; for example lost_ack=0.1")
    return fault


def _rate(fault: str, text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = -1.0
    if not 0 <= rate <= 1:
        raise ValueError(
            f"faults: the rate of {fault} is {text!r}, not from 0 to 1; for example {fault}=0.1"
        )
    return rate
