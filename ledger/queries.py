"""Reading the book: balances at any moment, open holds, and whether it adds up."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from ledger.models import Account, AccountKind, Entry, EntryKind, Line

OPEN = "open"


@dataclass(frozen=True, kw_only=True)
class AccountBalance:
    """The sums of an account's two sides, in minor units."""

    code: str
    kind: AccountKind
    currency: str
    debit_minor: int
    credit_minor: int

    @property
    def balance_minor(self) -> int:
        """In the account's own sense: what there is, what was spent; what is owed, earned."""
        difference_minor = self.debit_minor - self.credit_minor
        debit_kinds = (AccountKind.ASSET, AccountKind.EXPENSE)
        return difference_minor if self.kind in debit_kinds else -difference_minor


@dataclass(frozen=True, kw_only=True)
class CurrencyTotal:
    """All debits and all credits of one currency, in minor units."""

    currency: str
    debit_minor: int
    credit_minor: int


@dataclass(frozen=True, kw_only=True)
class TrialBalance:
    """Every account at a moment (None: now), and the totals that must be equal."""

    at: datetime | None
    accounts: Sequence[AccountBalance]
    totals: Sequence[CurrencyTotal]

    @property
    def is_balanced(self) -> bool:
        """Whether debits equal credits in each currency."""
        return all(total.debit_minor == total.credit_minor for total in self.totals)


@dataclass(frozen=True, kw_only=True)
class WrongEntry:
    """An entry that the database should never have let in."""

    reference: str
    problem: str

    def __str__(self) -> str:
        return f"{self.reference}: {self.problem}"


def balances(*, at: datetime | None = None, prefix: str | None = None) -> list[AccountBalance]:
    """Each account whose code begins with `prefix`, counting what happened up to `at`, included.

    Accounts that were not yet used by then stand at 0.
    """
    counted = Q() if at is None else Q(lines__entry__at__lte=at)
    accounts = Account.objects.filter(code__startswith=prefix) if prefix else Account.objects.all()
    rows = accounts.annotate(
        debit=Coalesce(Sum("lines__debit_minor", filter=counted), 0),
        credit=Coalesce(Sum("lines__credit_minor", filter=counted), 0),
    ).order_by("code")
    return [
        AccountBalance(
            code=row.code,
            kind=AccountKind(row.kind),
            currency=row.currency,
            debit_minor=int(row.debit),
            credit_minor=int(row.credit),
        )
        for row in rows
    ]


def trial_balance(*, at: datetime | None = None) -> TrialBalance:
    """All accounts and the totals per currency, counting what happened up to `at`, included."""
    accounts = balances(at=at)
    totals = [
        CurrencyTotal(
            currency=currency,
            debit_minor=sum(row.debit_minor for row in accounts if row.currency == currency),
            credit_minor=sum(row.credit_minor for row in accounts if row.currency == currency),
        )
        for currency in sorted({row.currency for row in accounts})
    ]
    return TrialBalance(at=at, accounts=accounts, totals=totals)


def open_holds() -> QuerySet[Entry]:
    """Holds that are neither committed nor void, oldest first."""
    settled = Exists(Entry.objects.filter(settles=OuterRef("pk")))
    return Entry.objects.filter(~settled, kind=EntryKind.HOLD).order_by("pk")


def settlement_of(*, hold_references: Iterable[str]) -> dict[str, str]:
    """`open`, `commit` or `void` by the hold's reference; no entry for what is not a hold."""
    rows = Entry.objects.filter(kind=EntryKind.HOLD, reference__in=set(hold_references))
    return {
        reference: kind or OPEN
        for reference, kind in rows.values_list("reference", "settlement__kind")
    }


def entries_for(*, reference_prefix: str) -> QuerySet[Entry]:
    """Entries whose reference begins so, with their lines, in the order of the book."""
    lines = Prefetch("lines", Line.objects.select_related("account").order_by("pk"))
    found = Entry.objects.filter(reference__startswith=reference_prefix)
    return found.prefetch_related(lines).order_by("pk")


def unbalanced_entries() -> list[WrongEntry]:
    """Entries that do not balance or have no lines: none, unless the triggers were off."""
    off = (
        Line.objects.values("entry__reference", "currency")
        .annotate(difference_minor=Sum("debit_minor") - Sum("credit_minor"))
        .exclude(difference_minor=0)
        .order_by("entry_id")
    )
    empty = Entry.objects.filter(~Exists(Line.objects.filter(entry=OuterRef("pk")))).order_by("pk")
    return [
        WrongEntry(
            reference=row["entry__reference"],
            problem=f"off by {int(row['difference_minor'])} minor units of {row['currency']}",
        )
        for row in off
    ] + [WrongEntry(reference=entry.reference, problem="has no lines") for entry in empty]
