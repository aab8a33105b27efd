"""The sides of a booking before it is one: whether they balance, and their opposites."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from ledger.chart import AccountSpec

AMOUNT_MINOR_MAX = 2**63 - 1


class Unbalanced(ValueError):
    """Debits and credits of a currency differ, a line is missing or an amount is impossible."""


@dataclass(frozen=True)
class Side:
    """An amount in minor units on one side of an account. Write Debit or Credit."""

    account: AccountSpec
    amount_minor: int


@dataclass(frozen=True)
class Debit(Side):
    """Left: raises assets and expenses, lowers what is owed."""


@dataclass(frozen=True)
class Credit(Side):
    """Right: lowers assets, raises what is owed and income."""


def check_balance(lines: Iterable[Side], *, reference: str) -> None:
    """Raises Unbalanced unless there are lines and each currency's debits equal its credits."""
    differences: Counter[str] = Counter()
    for line in lines:
        _check_amount(line, reference)
        sign = 1 if isinstance(line, Debit) else -1
        differences[line.account.currency] += sign * line.amount_minor
    if not differences:
        raise Unbalanced(f"{reference}: an entry needs a debit and a credit, and has no lines")
    for currency, difference_minor in differences.items():
        if difference_minor:
            raise Unbalanced(
                f"{reference}: debits less credits must be 0, and are {difference_minor} "
                f"minor units of {currency}"
            )


def _check_amount(line: Side, reference: str) -> None:
    if type(line.amount_minor) is not int or not 0 < line.amount_minor <= AMOUNT_MINOR_MAX:
        raise Unbalanced(
            f"{reference}: {line.account.code} has the amount {line.amount_minor!r}: "
            "write a positive whole number of minor units, such as 125000 for KES 1,250.00"
        )
    if not isinstance(line, Debit | Credit):
        raise Unbalanced(f"{reference}: {line.account.code} is neither a Debit nor a Credit")


def opposite(lines: Iterable[Side]) -> list[Side]:
    """The same amounts on the other sides: what takes a booking back."""
    return [
        (Credit if isinstance(line, Debit) else Debit)(line.account, line.amount_minor)
        for line in lines
    ]


def without(lines: Iterable[Side], taken: Iterable[Side]) -> list[Side]:
    """The lines that remain when each of `taken` is taken away once."""
    left = Counter(lines)
    left.subtract(Counter(taken))
    return list((+left).elements())


def same(lines: Iterable[Side], others: Iterable[Side]) -> bool:
    """Whether both say the same, in whatever order."""
    return Counter(lines) == Counter(others)
