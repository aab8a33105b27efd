"""What a provider's code means: the most specific row of the result-code table that fits."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

ANY_API = "any"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A row of the table. Either `code`, or a range `code_from`..`code_to`."""

    api: str
    meaning: str
    outcome: str
    next_step: str
    scope: str
    code: str = ""
    code_from: int | None = None
    code_to: int | None = None
    text_pattern: str = ""
    meaning_sw: str = ""
    whose_side: str = "unknown"
    what_to_do: str = ""
    what_to_do_sw: str = ""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What the table says of one answer. `classified` is False where only a fallback fitted."""

    api: str
    code: str
    text: str
    outcome: str
    next_step: str
    scope: str
    meaning: str
    classified: bool

    def as_json(self) -> dict[str, Any]:
        """For the attempt's record."""
        return asdict(self)

    @property
    def cause(self) -> str:
        """What payouts parked for this wait for."""
        return f"{self.api}:{self.code}"


CLASSIFY = "Find out from M-Pesa what this code means and classify it under Result codes."
CLASSIFY_SW = "Uliza M-Pesa maana ya msimbo huu, kisha uuainishe kwenye Result codes."
FALLBACK_RANGES = (
    Rule(
        api=ANY_API, code_from=1, code_to=50, outcome="failed", next_step="never",
        scope="payment", meaning="Not in the table yet; codes 1 to 50 are taken as permanent",
        meaning_sw="Bado haimo kwenye jedwali; misimbo 1 hadi 50 huchukuliwa kuwa ya kudumu",
        what_to_do=CLASSIFY, what_to_do_sw=CLASSIFY_SW,
    ),
    Rule(
        api=ANY_API, code_from=1001, code_to=2**62, outcome="failed", next_step="backoff",
        scope="payment", meaning="Not in the table yet; codes from 1001 are taken as temporary",
        meaning_sw="Bado haimo kwenye jedwali; misimbo kuanzia 1001 huchukuliwa kuwa ya muda",
        what_to_do=CLASSIFY, what_to_do_sw=CLASSIFY_SW,
    ),
)  # fmt: skip
UNNAMED = Rule(
    api=ANY_API, outcome="unknown", next_step="ask", scope="payment",
    meaning="This code is not in the table yet",
    meaning_sw="Msimbo huu bado haumo kwenye jedwali",
    what_to_do=CLASSIFY, what_to_do_sw=CLASSIFY_SW,
)  # fmt: skip


def judge(*, api: str, code: str, text: str, rules: Iterable[Rule]) -> Verdict:
    """The verdict of the most specific fitting rule; unknown and ask when none fits at all.

    The order: this API before any API, an exact code with a text pattern, an exact code alone,
    then a range.
    """
    rule = most_specific(api=api, code=code, text=text, rules=rules) or UNNAMED
    return Verdict(
        api=api, code=code, text=text, outcome=rule.outcome, next_step=rule.next_step,
        scope=rule.scope, meaning=rule.meaning, classified=bool(rule.code),
    )  # fmt: skip


def most_specific(*, api: str, code: str, text: str, rules: Iterable[Rule]) -> Rule | None:
    """The rule that decides about an answer, by the order that `judge` names; None: none fits."""
    fitting = [rule for rule in rules if _fits(rule, api=api, code=code, text=text)]
    return max(fitting, key=_specificity, default=None)


def _fits(rule: Rule, *, api: str, code: str, text: str) -> bool:
    if rule.api not in (api, ANY_API):
        return False
    if rule.text_pattern.casefold() not in text.casefold():
        return False
    if rule.code:
        return rule.code == code
    if not (code.isascii() and code.isdigit() and len(code) <= 18):
        return False
    return (rule.code_from or 0) <= int(code) <= (rule.code_to or 0)


def _specificity(rule: Rule) -> tuple[bool, bool, int]:
    return bool(rule.code), rule.api != ANY_API, len(rule.text_pattern)
