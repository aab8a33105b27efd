"""A provider's code in words: what happened, on whose side, what to do; English and Swahili.

One place for every page, notice, export and answer of the API.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from disbursements.models import ResultCodeRule, WhoseSide
from disbursements.rules.classify import CLASSIFY, CLASSIFY_SW, UNNAMED, Rule, most_specific

PAYOUT_RESULTS, GATEWAY = "b2c", "http"
RESULTS_OF = {"mpesa_b2b": "b2b"}
STRIPE_RAIL, STRIPE = "stripe_transfer", "stripe"

SIDES: Mapping[str, tuple[str, str]] = {
    WhoseSide.PAYEE: ("On the payee's side", "Upande wa mpokeaji"),
    WhoseSide.OURS: ("On our side", "Upande wetu"),
    WhoseSide.PROVIDER: ("On M-Pesa's side", "Upande wa M-Pesa"),
    WhoseSide.NOBODY: ("Nobody's fault", "Si kosa la mtu yeyote"),
    WhoseSide.UNKNOWN: ("Whose side is not known", "Haijulikani ni upande wa nani"),
}
STRIPES_SIDE = ("On Stripe's side", "Upande wa Stripe")


@dataclass(frozen=True, kw_only=True)
class InWords:
    """One answer of a provider for people. `named`: a row of the table names this code."""

    code: str
    happened: str
    happened_sw: str
    whose_side: str
    to_do: str
    to_do_sw: str
    named: bool
    of_stripe: bool = False

    @property
    def side(self) -> str:
        """`On our side`."""
        return self._sides[0]

    @property
    def side_sw(self) -> str:
        """`Upande wetu`."""
        return self._sides[1]

    @property
    def _sides(self) -> tuple[str, str]:
        if self.of_stripe and self.whose_side == WhoseSide.PROVIDER:
            return STRIPES_SIDE
        return SIDES[self.whose_side]

    @property
    def reason(self) -> str:
        """`The recipient's number is invalid or not on M-Pesa (SFC_IC0003)`: one line."""
        return _with_code(self.happened, self.code)

    @property
    def reason_sw(self) -> str:
        """The same line in Swahili."""
        return _with_code(self.happened_sw, self.code)


class CodeTable:
    """The whole table, read once (about 120 rows): for pages and files with many answers."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = rules
        self._known: dict[tuple[tuple[str, ...], str, str], InWords] = {}

    @classmethod
    def read(cls) -> "CodeTable":
        """As it stands now; one query."""
        return cls([as_rule(row) for row in ResultCodeRule.objects.all()])

    def in_words(self, *, code: str, text: str = "", api: str = "", rail: str = "") -> InWords:
        """What this answer means. Without `api` a payout's result is meant, else the gateway's.

        Without a `rail` either, Stripe's come last.
        """
        apis = (api,) if api else _apis(rail)
        key = (apis, code, text)
        if key not in self._known:
            said = _said(self._rule(apis, code, text), code, text)
            self._known[key] = _as_of_stripe(said) if apis == (STRIPE,) else said
        return self._known[key]

    def _rule(self, apis: tuple[str, ...], code: str, text: str) -> Rule | None:
        fitting = [most_specific(api=each, code=code, text=text, rules=self._rules)
                   for each in apis]  # fmt: skip
        named = [rule for rule in fitting if rule is not None and rule.code]
        return named[0] if named else fitting[0]


def _apis(rail: str) -> tuple[str, ...]:
    if rail == STRIPE_RAIL:
        return (STRIPE,)
    found = (RESULTS_OF.get(rail, PAYOUT_RESULTS), GATEWAY)
    return found if rail else (*found, STRIPE)


def in_words(*, code: str, text: str = "", api: str = "", rail: str = "") -> InWords:
    """One answer in words, by one query; for many of them read a CodeTable."""
    if not code:
        return _said(None, "", text)
    return CodeTable.read().in_words(code=code, text=text, api=api, rail=rail)


def as_rule(row: ResultCodeRule) -> Rule:
    """A row of the table as the pure rules take it."""
    return Rule(
        api=row.api, meaning=row.meaning, outcome=row.outcome, next_step=row.next,
        scope=row.scope, code=row.code, code_from=row.code_from, code_to=row.code_to,
        text_pattern=row.text_pattern, meaning_sw=row.meaning_sw, whose_side=row.whose_side,
        what_to_do=row.what_to_do, what_to_do_sw=row.what_to_do_sw,
    )  # fmt: skip


def _said(rule: Rule | None, code: str, text: str) -> InWords:
    """The rule's words; where no row names the code, the provider's own text."""
    if rule is None and not code:
        return InWords(
            code="", happened=text, happened_sw=text, whose_side=WhoseSide.UNKNOWN, to_do="",
            to_do_sw="", named=False,
        )  # fmt: skip
    found = rule or UNNAMED
    own_text = text if not found.code else ""
    return InWords(
        code=code,
        happened=own_text or found.meaning,
        happened_sw=own_text or found.meaning_sw or found.meaning,
        whose_side=found.whose_side,
        to_do=found.what_to_do or ("" if found.code else CLASSIFY),
        to_do_sw=found.what_to_do_sw or found.what_to_do or ("" if found.code else CLASSIFY_SW),
        named=bool(found.code),
        of_stripe=found.api == STRIPE,
    )


def _as_of_stripe(said: InWords) -> InWords:
    """With Stripe's name where the words are for any code without a row."""
    if said.named:
        return said
    names = (said.to_do.replace("M-Pesa", "Stripe"), said.to_do_sw.replace("M-Pesa", "Stripe"))
    return replace(said, to_do=names[0], to_do_sw=names[1])


def _with_code(words: str, code: str) -> str:
    plain = words.removesuffix(".")
    return f"{plain} ({code})" if code and plain else plain or code
