"""The books seen by staff: accounts with their balance, entries with their lines. Read-only."""

from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse

from core import money
from core.admin import shown
from core.admin.base import RecordAdmin, column
from core.admin.filters import ChoiceFilter, MomentFilter
from core.admin.record import Column, Facts, Headline, Record, Table
from ledger.models import Account, AccountKind, Entry, EntryKind, Line

LINES_SHOWN = 100
DEBIT_KINDS = (AccountKind.ASSET, AccountKind.EXPENSE)
KIND_TONES = {
    EntryKind.HOLD: shown.WAIT,
    EntryKind.COMMIT: shown.GOOD,
    EntryKind.POSTING: shown.GOOD,
    EntryKind.VOID: shown.MUTE,
    EntryKind.REVERSAL: shown.WARN,
}
KIND_MEANINGS = {
    EntryKind.HOLD: "Money set aside for an attempt.",
    EntryKind.COMMIT: "The held money left.",
    EntryKind.POSTING: "Booked at once.",
    EntryKind.VOID: "The held money was given back.",
    EntryKind.REVERSAL: "It undoes an earlier booking.",
}


class AccountKindFilter(ChoiceFilter):
    """Asset, liability, …"""

    title = "kind"
    parameter_name = "kind"
    column = "kind"
    values = tuple((value, str(label)) for value, label in AccountKind.choices)


class EntryKindFilter(ChoiceFilter):
    """Hold, commit, …"""

    title = "kind"
    parameter_name = "kind"
    column = "kind"
    values = tuple((value, str(label)) for value, label in EntryKind.choices)


class BookedFilter(MomentFilter):
    """When the money moved."""

    title = "day"
    column = "at"


@admin.register(Account)
class AccountAdmin(RecordAdmin):
    """Where money is counted."""

    purpose = "Each account with its balance as of now, from the lines themselves."
    nothing_yet = "No account yet: the first payout opens them."
    list_display = ("code_text", "kind_text", "balance")
    list_filter = (AccountKindFilter,)
    search_fields = ("code",)
    search_help_text = "Part of the account's code"
    ordering = ("code",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Account]:
        """With the sums of both sides, for the rows of the page only."""
        lines = Line.objects.filter(account=OuterRef("pk")).order_by().values("account")
        return (
            super()
            .get_queryset(request)
            .annotate(
                debits=Coalesce(Subquery(lines.annotate(n=Sum("debit_minor")).values("n")), 0),
                credits=Coalesce(Subquery(lines.annotate(n=Sum("credit_minor")).values("n")), 0),
            )
        )

    @column("Account")
    def code_text(self, row: Account) -> str:
        """Its code."""
        return row.code

    @column("Kind")
    def kind_text(self, row: Account) -> str:
        """What kind it is."""
        return row.get_kind_display()

    @column("Balance")
    def balance(self, row: Any) -> Any:
        """In the account's own sense."""
        return shown.amount(_balance(row), row.currency)

    def record(self, request: HttpRequest, row: Any) -> Record:
        """One account with its latest lines."""
        lines = Line.objects.filter(account=row).select_related("entry").order_by("-pk")
        return Record(
            headline=Headline(
                kind=f"{row.get_kind_display()} account",
                main=shown.amount(_balance(row), row.currency),
                beside=row.code,
            ),
            sections=[
                Facts(
                    title="Both sides",
                    rows=[
                        ("All debits", shown.amount(int(row.debits), row.currency)),
                        ("All credits", shown.amount(int(row.credits), row.currency)),
                        ("Currency", row.currency),
                    ],
                ),
                Table(
                    title=f"The latest lines, at most {LINES_SHOWN}",
                    columns=[
                        Column(label="When"), Column(label="Entry"), Column(label="Description"),
                        Column(label="Debit", numeric=True), Column(label="Credit", numeric=True),
                    ],
                    rows=[
                        [shown.moment(line.entry.at), _entry_link(line.entry),
                         line.entry.description, *_sides(line)]
                        for line in lines[:LINES_SHOWN]
                    ],
                ),
            ],
        )  # fmt: skip


@admin.register(Entry)
class EntryAdmin(RecordAdmin):
    """Bookings."""

    purpose = "Every booking, append-only and balanced per currency. Newest first."
    nothing_yet = "Nothing is booked yet."
    list_display = ("reference_text", "kind_text", "description", "amount", "when")
    list_filter = (EntryKindFilter, BookedFilter)
    search_fields = ("reference",)
    search_help_text = "Reference or attempt id"
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Entry]:
        """With the sum of its debits."""
        lines = Line.objects.filter(entry=OuterRef("pk")).order_by().values("entry", "currency")
        return (
            super()
            .get_queryset(request)
            .annotate(
                total=Subquery(lines.annotate(n=Sum("debit_minor")).values("n")[:1]),
                currency=Subquery(lines.values("currency")[:1]),
            )
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By reference, or by the attempt that it is about."""
        term = search_term.strip()
        hold = f"attempt:{term}:hold"
        names = [term, hold, f"{hold}:commit", f"{hold}:void"]
        return (queryset.filter(reference__in=names) if term else queryset), False

    @column("Reference")
    def reference_text(self, row: Entry) -> str:
        """Its unique reference."""
        return row.reference

    @column("Kind")
    def kind_text(self, row: Entry) -> Any:
        """What kind it is."""
        return _kind(row)

    @column("Amount")
    def amount(self, row: Any) -> Any:
        """The sum of its debits."""
        return shown.amount(int(row.total or 0), row.currency) if row.currency else shown.NOTHING

    @column("When")
    def when(self, row: Entry) -> Any:
        """When the money moved."""
        return shown.moment(row.at)

    def record(self, request: HttpRequest, row: Entry) -> Record:
        """One entry with its lines."""
        lines = list(row.lines.select_related("account").order_by("pk"))
        facts: list[tuple[str, object]] = [
            ("Reference", shown.copied(row.reference, label="reference")),
            ("When", shown.moment(row.at)),
            ("Recorded", shown.moment(row.recorded_at)),
        ]
        if row.settles_id:
            facts.append(("Settles", _entry_link(row.settles)))
        if row.reverses_id:
            facts.append(("Reverses", _entry_link(row.reverses)))
        return Record(
            headline=Headline(
                kind="Entry", main=row.description, status=_kind(row),
                meaning=KIND_MEANINGS[EntryKind(row.kind)],
            ),
            sections=[
                Table(
                    title="Lines",
                    columns=[
                        Column(label="Account"), Column(label="Debit", numeric=True),
                        Column(label="Credit", numeric=True),
                    ],
                    rows=[[_account_link(line.account), *_sides(line)] for line in lines]
                    + _sums(lines),
                ),
                Facts(title="Facts", rows=facts),
            ],
        )  # fmt: skip


def _balance(row: Any) -> int:
    difference = int(row.debits) - int(row.credits)
    return difference if row.kind in DEBIT_KINDS else -difference


def _kind(row: Entry) -> Any:
    kind = EntryKind(row.kind)
    return shown.status(kind.label, meaning=KIND_MEANINGS[kind], tone=KIND_TONES[kind])


def _sides(line: Line) -> list[object]:
    return [
        shown.amount(side, line.currency) if side else ""
        for side in (line.debit_minor, line.credit_minor)
    ]


def _sums(lines: list[Line]) -> list[list[object]]:
    currencies = sorted({line.currency for line in lines})
    return [
        [
            f"Sum in {currency}",
            *(
                money.shown(
                    sum(getattr(line, side) for line in lines if line.currency == currency),
                    currency,
                )
                for side in ("debit_minor", "credit_minor")
            ),
        ]
        for currency in currencies
    ]


def _entry_link(row: Any) -> Any:
    return shown.link(reverse("admin:ledger_entry_change", args=[row.pk]), row.reference)


def _account_link(row: Account) -> Any:
    return shown.link(reverse("admin:ledger_account_change", args=[row.pk]), row.code)
