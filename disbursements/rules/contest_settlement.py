"""What may be settled: a contest's winners and what each gets, within the pool (stripe.md 1.4)."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from core import money
from disbursements.rules.intake import checked_text, shortened
from gateways.interface import is_transferable

WINNERS_MAX = 10_000
ID_LENGTH_MAX = 100
POOL_UNITS_MAX = 100_000_000_000
MAX_ATTEMPTS_DEFAULT = 4


@dataclass(frozen=True, kw_only=True)
class Winner:
    """One winner as written: `amount` in whole units as text; `line` counts from 1."""

    line: int
    user_id: str
    amount: str
    currency: str = ""


@dataclass(frozen=True, kw_only=True)
class ContestSettlement:
    """A settlement as it was written. `pool` is what the winners share at the most."""

    settlement_id: str
    contest_id: str
    currency: str
    pool: str
    winners: Sequence[Winner]
    max_attempts: int | None = None


@dataclass(frozen=True, kw_only=True)
class CheckedWinner:
    """A winner in normal form, in minor units of the settlement's currency."""

    line: int
    user_id: str
    amount_minor: int


@dataclass(frozen=True, kw_only=True)
class CheckedSettlement:
    """A settlement that may be paid out, in normal form. Amounts in minor units."""

    settlement_id: str
    contest_id: str
    currency: str
    pool_minor: int
    winners: tuple[CheckedWinner, ...]
    max_attempts: int | None

    @property
    def total_minor(self) -> int:
        """What the winners get together."""
        return sum(winner.amount_minor for winner in self.winners)

    @property
    def attempts(self) -> int:
        """How often a winner's payout is tried at the most."""
        return MAX_ATTEMPTS_DEFAULT if self.max_attempts is None else self.max_attempts

    def digest(self, *, shortcode_number: str | None) -> bytes:
        """SHA-256 of what is settled: the same in whichever order the winners stand."""
        content = {
            "settlement_id": self.settlement_id, "contest_id": self.contest_id,
            "currency": self.currency, "pool_minor": self.pool_minor,
            "max_attempts": self.max_attempts, "shortcode_number": shortcode_number,
            "winners": sorted((each.user_id, each.amount_minor) for each in self.winners),
        }  # fmt: skip
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).digest()


@dataclass(frozen=True, kw_only=True)
class SettlementProblem:
    """A wrong field and what would be right; `line` 0: of the settlement as a whole."""

    line: int
    field: str
    value: str
    message: str

    def __str__(self) -> str:
        place = f"line {self.line}, {self.field}" if self.line else self.field
        told = not self.value or repr(self.value) in self.message
        return f"{place}: {self.message}" if told else f"{place}: {self.value!r} {self.message}"


def check(
    settlement: ContestSettlement, *, retries_limit: int
) -> tuple[CheckedSettlement | None, list[SettlementProblem]]:
    """The settlement in normal form, or every problem that it has. Reads and writes nothing."""
    found = _Found()
    settlement_id = found.an_id("settlement_id", settlement.settlement_id)
    contest_id = found.an_id("contest_id", settlement.contest_id)
    currency = found.currency(settlement.currency)
    pool_minor = found.amount("pool", settlement.pool, currency) if currency else 0
    found.attempts(settlement.max_attempts, attempts_limit=retries_limit + 1)
    count = len(settlement.winners)
    if not 1 <= count <= WINNERS_MAX:
        found.wrong(
            "winners", count,
            f"winners are not what one settlement takes: name 1 to {WINNERS_MAX:,}, such as 250",
        )  # fmt: skip
        return None, found.problems
    winners = [found.winner(each, currency) for each in settlement.winners]
    if not found.problems:
        found.fits(winners, pool_minor, currency)
    if found.problems:
        return None, found.problems
    return CheckedSettlement(
        settlement_id=settlement_id, contest_id=contest_id, currency=currency,
        pool_minor=pool_minor, winners=tuple(winners), max_attempts=settlement.max_attempts,
    ), []  # fmt: skip


class _Found:
    """The problems so far, and the line that is looked at."""

    def __init__(self) -> None:
        self.problems: list[SettlementProblem] = []
        self.line = 0
        self.first_lines: dict[str, int] = {}

    def wrong(self, field: str, value: object, message: str) -> None:
        """One more problem of this line."""
        self.problems.append(
            SettlementProblem(
                line=self.line, field=field, value=shortened(str(value)), message=message
            )
        )

    def an_id(self, field: str, text: str) -> str:
        """An id of the partner's, as plain as their references."""
        return checked_text(text, field, 1, ID_LENGTH_MAX, self.wrong)

    def currency(self, text: str) -> str:
        """Three capitals that we can pay in; empty when they are not."""
        currency = text.strip().upper()
        if currency in money.DECIMALS:
            return currency
        self.wrong("currency", text, "is not a currency we pay in: write its code, such as USD")
        return ""

    def amount(self, field: str, text: str, currency: str) -> int:
        """Minor units above 0 that Stripe can pay."""
        if text.strip().startswith("-"):
            self.wrong(field, text, "is less than 0: write more than 0, such as 1250")
            return 0
        try:
            amount_minor = money.parse_amount(text, currency=currency)
        except money.BadAmount as error:
            self.wrong(field, text, str(error))
            return 0
        decimals = money.exponent(currency)
        if amount_minor == 0:
            self.wrong(field, text, "is nothing: write more than 0, such as 1250")
        elif amount_minor > POOL_UNITS_MAX * 10**decimals:
            self.wrong(field, text, f"is more than {POOL_UNITS_MAX:,}: write less, such as 1250")
        elif not is_transferable(amount_minor, currency):
            self.wrong(
                field, text,
                f"has a third decimal: Stripe pays {currency} in steps of 0.010, such as 1.250",
            )  # fmt: skip
        return amount_minor

    def attempts(self, count: int | None, *, attempts_limit: int) -> None:
        """How often each winner may be tried."""
        if count is None:
            return
        is_a_count = isinstance(count, int) and not isinstance(count, bool)
        if not is_a_count or not 1 <= count <= attempts_limit:
            self.wrong(
                "max_attempts", count,
                f"is not a number from 1 to {attempts_limit}, such as {MAX_ATTEMPTS_DEFAULT}",
            )  # fmt: skip

    def winner(self, winner: Winner, currency: str) -> CheckedWinner:
        """One winner: known once, in the settlement's currency."""
        self.line = winner.line
        user_id = self.an_id("user_id", winner.user_id)
        if user_id in self.first_lines:
            self.wrong(
                "user_id", user_id,
                f"stands in line {self.first_lines[user_id]} already: name each winner once, "
                "with all they get, such as 50.00",
            )  # fmt: skip
        elif user_id:
            self.first_lines[user_id] = winner.line
        if currency and winner.currency.strip().upper() not in ("", currency):
            self.wrong(
                "currency", winner.currency,
                f"is not the settlement's: write {currency}, or hand it in as another settlement",
            )  # fmt: skip
        amount_minor = self.amount("amount", winner.amount, currency) if currency else 0
        return CheckedWinner(line=winner.line, user_id=user_id, amount_minor=amount_minor)

    def fits(self, winners: Sequence[CheckedWinner], pool_minor: int, currency: str) -> None:
        """The line with which the winners get more than the pool."""
        total_minor, over = 0, 0
        for winner in winners:
            total_minor += winner.amount_minor
            if total_minor > pool_minor and not over:
                over = winner.line
        if over:
            self.line = over
            self.wrong(
                "amount", "",
                f"takes the winners above the pool: they get {money.shown(total_minor, currency)}"
                f" together and the pool is {money.shown(pool_minor, currency)}; write a pool of "
                f"at least {money.plain(total_minor, currency)}, or smaller amounts",
            )  # fmt: skip
