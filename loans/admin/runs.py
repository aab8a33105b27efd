"""Syncs: what each fetched, paid and booked, what it left alone and why, its errors in words."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Q
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core import clock
from core.admin import everyday, shown
from core.admin.alerts import steps_of
from core.admin.base import RecordAdmin, column
from core.admin.record import Column, Facts, Headline, Record, Section, Table
from disbursements.admin import filters as payouts
from disbursements.admin.narrowing import Narrowing
from loans.admin import words
from loans.admin.sync_now import SyncNow
from loans.models import LoanSyncRun, LoanTracking
from loans.queries import runs
from loans.rules import run_words
from loans.rules.holds import HOLDS

VIEWS: tuple[tuple[str, dict[str, str]], ...] = (
    ("With news", {"news": "yes"}),
    ("With errors", {"errors": "yes"}),
    ("Asked for by people", {"trigger": "admin,api,command"}),
    ("Under way", {"ended": "no"}),
    ("All", {}),
)


class RunNarrowing(Narrowing):
    """A value means what loans/queries/runs.py says."""

    condition: Callable[[str, str], Q] = staticmethod(runs.condition)


class NewsFilter(RunNarrowing):
    """Those that did something, or failed to."""

    title = "did something"
    parameter_name = "news"
    values = (("yes", "Yes"), ("no", "No"))


class ErrorsFilter(RunNarrowing):
    """Those with errors."""

    title = "errors"
    parameter_name = "errors"
    values = (("yes", "With errors"), ("no", "Without"))


class TriggerFilter(RunNarrowing):
    """What started it."""

    template = "disbursements/filter_several.html"
    title = "started by"
    parameter_name = "trigger"
    several = True
    values = tuple(
        (name, text[:1].upper() + text[1:]) for name, text in run_words.TRIGGERS.items()
    )


class EndedFilter(RunNarrowing):
    """Under way, or ended."""

    title = "ended"
    parameter_name = "ended"
    values = (("yes", "Yes"), ("no", "Under way, or its process died"))


class PartnerFilter(RunNarrowing, payouts.PartnerFilter):
    """One partner of those that the person may see."""


class StartedFilter(RunNarrowing, payouts.InstructedFilter):
    """When it began."""

    title = "day"


FILTERS = (NewsFilter, ErrorsFilter, TriggerFilter, EndedFilter, PartnerFilter, StartedFilter)


@admin.register(LoanSyncRun)
class LoanSyncRunAdmin(RecordAdmin):
    """Newest first."""

    partner_path = "partner"
    purpose = "Each sync of a partner's loans: every five minutes, on a message, or on demand."
    nothing_yet = "No sync yet. They run every five minutes once a connection is confirmed."
    all_clear = "All clear: no such sync."
    list_display = ("started", "did", "trouble", "started_by", "took")
    list_filter = FILTERS
    list_filter_submit = True
    list_select_related = ("partner",)
    ordering = ("-started_at", "-id")
    list_actions = (SyncNow,)

    def views(self, changelist: ChangeList) -> list[dict[str, Any]]:
        """The everyday questions."""
        names = [part.parameter_name for part in FILTERS if part is not PartnerFilter]
        return everyday.views(changelist, VIEWS, names=names)

    @column("Began")
    def started(self, row: LoanSyncRun) -> Any:
        """When, and whose loans."""
        return shown.two_lines(shown.absolute(row.started_at), row.partner.name)

    @column("What it did")
    def did(self, row: LoanSyncRun) -> str:
        """In one sentence."""
        return runs.in_words(row)

    @column("Errors")
    def trouble(self, row: LoanSyncRun) -> Any:
        """The first, and how many more; phones always masked."""
        return _trouble(row)

    @column("Started by")
    def started_by(self, row: LoanSyncRun) -> Any:
        """What, in whose name; which steps, where not all three."""
        some = f", {' and '.join(row.steps)} only" if len(row.steps) < len(run_words.STEPS) else ""
        trigger = run_words.TRIGGERS.get(row.trigger, row.trigger)
        return shown.two_lines(f"{trigger[:1].upper()}{trigger[1:]}{some}", row.actor)

    @column("Took")
    def took(self, row: LoanSyncRun) -> str:
        """How long, or that it has not ended."""
        return took(row)

    def record(self, request: HttpRequest, row: LoanSyncRun) -> Record:
        """What it did, what it left and why, what went wrong."""
        may_see = shown.may_see_phones(request)
        return Record(
            headline=Headline(
                kind="Sync of loans",
                main=row.partner.name,
                beside=shown.two_lines(runs.in_words(row), shown.absolute(row.started_at)),
                status=status(row),
                next_step=_next(row),
            ),
            sections=[
                *_errors(row, may_see=may_see),
                Facts(title="What it did", rows=_figures(row)),
                _counted("Held, for a person", row.held, "Nothing was held.", _held_text),
                _counted(
                    "Left as they are", row.skipped, "No loan was left out.", run_words.skipped
                ),
                steps_of(row, may_see_phones=may_see),
            ],
        )


def status(row: LoanSyncRun) -> SafeString:
    """Well, with errors, or not ended."""
    if row.ended_at is None:
        meaning = "It is under way, or its process died: the next sync goes on."
        return shown.status("Not ended", meaning=meaning, tone=shown.ASK)
    if row.errors:
        return shown.status(
            f"{len(row.errors):,} {'error' if len(row.errors) == 1 else 'errors'}",
            meaning="Each is told below.", tone=shown.BAD,
        )  # fmt: skip
    return shown.status("Without errors", meaning="All steps ended.", tone=shown.GOOD)


def took(row: LoanSyncRun) -> str:
    """`4.2 s`, or for how long it is under way."""
    if row.ended_at is None:
        return f"began {shown.relative(row.started_at)}"
    return f"{(row.ended_at - row.started_at).total_seconds():,.1f} s"


def _trouble(row: LoanSyncRun) -> Any:
    found = runs.errors(row)
    if not found:
        return status(row) if row.ended_at is None else ""
    first = shown.free_text(found[0][2])
    text = format_html('<span class="pv-status--bad pv-trouble">{}</span>', first)
    more = len(found) - 1
    return shown.two_lines(text, f"and {more:,} more") if more else text


def _next(row: LoanSyncRun) -> str:
    if row.ended_at is None and row.started_at < clock.now() - clock.minutes(15):
        return "Nothing: its process died. What it left is done by the syncs after it."
    if row.errors:
        by_itself = "The next sync tries again by itself what could not be done."
        waits = " What Mifos X refused to book waits for a person." if row.not_booked else ""
        return f"{by_itself}{waits}"
    return "Nothing by itself. What is held waits for a person." if row.held else ""


def _errors(row: LoanSyncRun, *, may_see: bool) -> list[Section]:
    found = runs.errors(row)
    if not found:
        return []
    numbers = {number for _, number, _ in found if number}
    loans = LoanTracking.objects.filter(partner=row.partner_id, loan_id__in=numbers)
    pages = {str(loan.loan_id): words.page_of(loan) for loan in loans}
    return [
        Table(
            title="What went wrong",
            columns=[Column(label="Step"), Column(label="Loan"), Column(label="What happened")],
            rows=[
                [
                    step,
                    shown.link(pages[number], number) if number in pages else number or "all",
                    shown.free_text(text, may_see_phones=may_see),
                ]
                for step, number, text in found
            ],
        )
    ]


def _figures(row: LoanSyncRun) -> list[tuple[str, object]]:
    trigger = run_words.TRIGGERS.get(row.trigger, row.trigger)
    return [
        ("Steps", "; ".join(run_words.STEPS.get(step, step) for step in row.steps)),
        ("Read from Mifos X", f"{row.fetched:,}"),
        ("New", f"{row.fresh:,}"),
        ("Handed over to be paid", f"{row.instructed:,}"),
        ("Paid", f"{row.paid:,}"),
        ("Not paid", f"{row.failed:,}"),
        ("Booked in Mifos X", f"{row.booked:,}"),
        ("Paid, not booked", f"{row.not_booked:,}"),
        ("Requests to Mifos X", f"{row.requests:,}"),
        ("Started by", f"{trigger}, {row.actor}"),
        ("Took", took(row)),
        ("Our id", shown.copied(str(row.pk), label="our id")),
    ]


def _held_text(code: str) -> str:
    return HOLDS[code].text if code in HOLDS else code.replace("_", " ")


def _counted(
    title: str, counts: Mapping[str, int], empty: str, text: Callable[[str], str]
) -> Table:
    return Table(
        title=title,
        empty=empty,
        columns=[Column(label="Why"), Column(label="Loans", numeric=True)],
        rows=[
            [text(code)[:1].upper() + text(code)[1:], f"{count:,}"]
            for code, count in sorted(counts.items(), key=lambda each: -each[1])
        ],
    )
