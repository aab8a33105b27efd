"""Why a loan is not paid by itself: every reason, and the judgement that finds it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from core import money
from disbursements.rules.intake import AMOUNT_UNITS_MAX, AMOUNT_UNITS_MIN
from gateways.interface.loans import PAID_OUT_LOAN_STATES, LoanClient, LoanFacts, LoanState
from loans.rules.facts import Difference, Tracked, differences, phone_of

GROUP = "group"
CHANGED = "changed"
NEW_APPROVAL = "new_approval"
NOT_APPROVED = "not_approved"
DISBURSED_ELSEWHERE = "disbursed_elsewhere"
BY_HAND = "by_hand"
UNDONE_AFTER_PAID = "undone_after_paid"
PAYOUT_STOPPED = "payout_stopped"
CAME_BACK = "came_back"
# What the facts themselves say; all others are of what happened.
BY_TERMS = frozenset({"below_minimum", "above_maximum", "several_disbursals", "needs_approval"})
BY_FACTS = BY_TERMS | {
    "no_phone", "several_phones", "bad_phone", "group_loan", "no_client", "client_inactive",
    "above_wallet", "cents", "currency", "net_odd",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Hold:
    """`releasable`: one person may release it, as Mifos X says it at that moment."""

    text: str
    what_to_do: str
    releasable: bool = False


_MEND_PHONE = "Put one M-Pesa number on the client in Mifos X; the loan is then paid by itself."
HOLDS: dict[str, Hold] = {
    "no_phone": Hold(
        text="The client has no phone number in Mifos X.", what_to_do=_MEND_PHONE,
    ),
    "several_phones": Hold(
        text="The client has several phone numbers in Mifos X.", what_to_do=_MEND_PHONE,
    ),
    "bad_phone": Hold(
        text="The client's phone number in Mifos X cannot be read as one Kenyan mobile number.",
        what_to_do=_MEND_PHONE,
    ),
    "group_loan": Hold(
        text="It is the loan of a group: Mifos X names no single client to pay.",
        what_to_do="Disburse it in Mifos X in another way.",
    ),
    "no_client": Hold(
        text="Mifos X names no client for the loan.",
        what_to_do="Look at the loan in Mifos X; it is looked at again at each sync.",
    ),
    "client_inactive": Hold(
        text="The client is not active in Mifos X, which then refuses to book the loan.",
        what_to_do="Activate the client in Mifos X, or reject the loan there.",
    ),
    "below_minimum": Hold(
        text="The client would receive less than the product's minimum.", releasable=True,
        what_to_do="Release it if it is right, or change the product's settings here.",
    ),
    "above_maximum": Hold(
        text="The client would receive more than the product's maximum.", releasable=True,
        what_to_do="Release it if it is right, or change the product's settings here.",
    ),
    "above_wallet": Hold(
        text=f"M-Pesa pays at most KES {AMOUNT_UNITS_MAX:,} at once, and a loan is never split.",
        what_to_do="Disburse it in Mifos X in another way, or approve smaller loans.",
    ),
    "cents": Hold(
        text="Mifos X does not say a whole amount of shillings that the client is to receive.",
        what_to_do="Approve a whole amount in Mifos X, charges taken off: M-Pesa moves no cents.",
    ),
    "currency": Hold(
        text="The loan is not in shillings, or not in the currency of the product's settings.",
        what_to_do="Disburse it in Mifos X in another way, or mend the product's settings here.",
    ),
    "net_odd": Hold(
        text="What the client would receive is nothing, more than the loan, or less than the "
        f"KES {AMOUNT_UNITS_MIN} that M-Pesa pays.",
        what_to_do="Look at the loan's charges in Mifos X.",
    ),
    "needs_approval": Hold(
        text="Loans of this product are paid only when a person releases each.", releasable=True,
        what_to_do="Look at the loan, and release it if it is right.",
    ),
    "several_disbursals": Hold(
        text="It is a loan in several disbursals: Mifos X would accept another one.",
        what_to_do="Look at the amount of this disbursal, and release it if it is right.",
        releasable=True,
    ),
    CHANGED: Hold(
        text="Mifos X says something else now than when the loan was tracked.", releasable=True,
        what_to_do="Compare the differences, ask who changed them, and release it if it is right.",
    ),
    NEW_APPROVAL: Hold(
        text="The loan was approved once more: its first approval or disbursal was undone.",
        what_to_do="See why it was approved again, and release it if it is right.",
        releasable=True,
    ),
    BY_HAND: Hold(
        text="A person held it.", releasable=True,
        what_to_do="Ask who held it, or read why in the timeline.",
    ),
    NOT_APPROVED: Hold(
        text="The loan is not approved in Mifos X any more.",
        what_to_do="Nothing, unless it is approved again: then a person decides.",
    ),
    DISBURSED_ELSEWHERE: Hold(
        text="The loan is disbursed in Mifos X, and not by us.",
        what_to_do="Find out who paid it and how. It is not paid from here.",
    ),
    UNDONE_AFTER_PAID: Hold(
        text="We paid it and booked it, and the disbursal was undone in Mifos X.",
        what_to_do="Book it again; or, when the money came back, have it paid again by two "
        "persons.",
    ),
    PAYOUT_STOPPED: Hold(
        text="Its payout was stopped before it was sent.", releasable=True,
        what_to_do="See why it was stopped, and release it if it is to be paid.",
    ),
    CAME_BACK: Hold(
        text="It was paid, and the money came back.",
        what_to_do="Find out why, and have it paid again by two persons, or undone in Mifos X.",
    ),
}  # fmt: skip


class Terms(Protocol):
    """What our settings say of a loan product; amounts in minor units, of what is received."""

    @property
    def min_amount_minor(self) -> int: ...
    @property
    def max_amount_minor(self) -> int: ...
    @property
    def currency(self) -> str: ...
    @property
    def auto_approve(self) -> bool: ...


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """`hold_code` empty: it may be paid. `differences` as loans.rules.facts tells them."""

    hold_code: str = ""
    differences: Sequence[Difference] = ()


def verdict(
    tracked: Tracked,
    facts: LoanFacts,
    client: LoanClient | None,
    terms: Terms | None,
    *,
    released: bool,
) -> Verdict:
    """Whether a tracked loan may be paid as it stands now, and if not, why.

    `released`: a person released the very facts that are tracked. `client` is None where there
    is none, or none that we may see. `terms` is None for a product without settings.
    """
    found = differences(tracked, facts, client)
    code = judge_state(facts.state)
    if not code and found:
        again = any(difference["field"] == "approved_on" for difference in found)
        code = NEW_APPROVAL if again else CHANGED
    return Verdict(
        hold_code=code or judge_facts(facts, client, terms, released=released), differences=found
    )


def judge_state(state: int) -> str:
    """Empty while it is approved and waits to be disbursed."""
    if state == LoanState.APPROVED:
        return ""
    return DISBURSED_ELSEWHERE if state in PAID_OUT_LOAN_STATES else NOT_APPROVED


def judge_facts(
    facts: LoanFacts, client: LoanClient | None, terms: Terms | None, *, released: bool = False
) -> str:
    """A code of HOLDS, or empty if these may be paid. What no release mends comes first."""
    code = _judge_client(facts, client) or _judge_amount(facts, terms) or phone_of(client).code
    if code or released:
        return code
    return judge_terms(facts.net_minor or 0, several=facts.several_disbursals, terms=terms)


def judge_terms(net_minor: int, *, several: bool, terms: Terms | None) -> str:
    """The code of what a person may release, or empty."""
    if terms is not None and net_minor < terms.min_amount_minor:
        return "below_minimum"
    if terms is not None and net_minor > terms.max_amount_minor:
        return "above_maximum"
    if several:
        return "several_disbursals"
    return "needs_approval" if terms is not None and not terms.auto_approve else ""


def _judge_client(facts: LoanFacts, client: LoanClient | None) -> str:
    if facts.kind == GROUP:
        return "group_loan"
    if facts.client_id is None or client is None or client.client_id != facts.client_id:
        return "no_client"
    return "" if client.active else "client_inactive"


def _judge_amount(facts: LoanFacts, terms: Terms | None) -> str:
    if facts.currency not in money.EXPONENTS:
        return "currency"
    if terms is not None and facts.currency != terms.currency:
        return "currency"
    if facts.net_minor is None or facts.gross_minor is None:
        return "cents"
    unit_minor = 10 ** money.exponent(facts.currency)
    if not AMOUNT_UNITS_MIN * unit_minor <= facts.net_minor <= facts.gross_minor:
        return "net_odd"
    if facts.net_minor % unit_minor:
        return "cents"
    return "above_wallet" if facts.net_minor > AMOUNT_UNITS_MAX * unit_minor else ""
