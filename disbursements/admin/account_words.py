"""Connected accounts in words: whether they receive, what the user still owes Stripe."""

from typing import Any

from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from core.admin import shown
from disbursements.models import ConnectedAccount
from disbursements.queries.account_selection import RECEIVES, state_of
from disbursements.rules.receiving import SAID, Skip

REQUIREMENTS_SHOWN = 1
# In the order of the filter: word and colour.
STATES: dict[str, tuple[str, str]] = {
    RECEIVES: ("May receive", shown.GOOD),
    Skip.NOT_CHECKED: ("Not asked about yet", shown.ASK),
    Skip.PENDING: ("Being checked by Stripe", shown.WAIT),
    Skip.INACTIVE: ("May not receive", shown.WARN),
    Skip.UNREQUESTED: ("Receiving not requested", shown.WARN),
    Skip.REJECTED: ("Rejected by Stripe", shown.BAD),
    Skip.LEFT: ("Out of our reach", shown.BAD),
}
RECEIVES_SAID = "A winner with this account is paid."


def status(row: ConnectedAccount) -> SafeString:
    """A dot and the word; the sentence on hover."""
    word, tone = STATES[state_of(row)]
    return shown.status(word, meaning=meaning(row), tone=tone)


def meaning(row: ConnectedAccount) -> str:
    """Whether it receives, or why not, in a sentence."""
    said = SAID.get(state_of(row), RECEIVES_SAID).rstrip(".")
    return f"{said[:1].upper()}{said[1:]}."


def wanted(row: ConnectedAccount) -> Any:
    """What Stripe still wants to know of the user, the first of it; past dates first."""
    names = list(dict.fromkeys([*row.past_due, *row.currently_due]))
    if not names:
        return shown.NOTHING
    more = len(names) - REQUIREMENTS_SHOWN
    first = ", ".join(in_words(name) for name in names[:REQUIREMENTS_SHOWN])
    return shown.two_lines(first, f"and {more} more" if more > 0 else "")


def wanted_in_full(row: ConnectedAccount) -> Any:
    """All of it, each with Stripe's own name."""
    late = set(row.past_due)
    names = list(dict.fromkeys([*row.past_due, *row.currently_due]))
    if not names:
        return "nothing"
    lines = [
        (f"{in_words(name)}{' (past its date)' if name in late else ''}", name) for name in names
    ]
    return format_html_join("", '<div>{} <span class="pv-subtle">{}</span></div>', lines)


def in_words(name: str) -> str:
    """`individual.verification.document` as `verification document`."""
    parts = [part for part in name.split(".") if not part.startswith("person_")]
    text = " ".join(parts[1:] or parts).replace("_", " ")
    return shown.free_text(text)


def because(disabled_reason: str) -> str:
    """`requirements.past_due` as `requirements: past due`."""
    return shown.free_text(disabled_reason.replace(".", ": ").replace("_", " "))
