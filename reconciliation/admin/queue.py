"""The queue: what waits to be checked and what is in work, with its depth and age on top."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest

from core import clock, masking
from core.admin import everyday, shown
from core.admin.base import column
from core.admin.record import Facts, Headline, Record
from core.admin.scope import partners_of
from disbursements.admin.figures import Tile
from reconciliation.admin import words
from reconciliation.admin.checking import CheckAgain
from reconciliation.admin.filters import LATE_MINUTES, QUEUE_FILTERS
from reconciliation.admin.listed import WatchtowerList
from reconciliation.models import CheckRequest
from reconciliation.queries import queue
from reconciliation.sources.finding_subjects import find, find_many
from vault.admin.acting import caller

REFRESH_S = 15
VIEWS: everyday.Questions = (
    ("All", {}),
    ("In work", {"active": "yes"}),
    (f"Waits > {LATE_MINUTES} min", {"late": "yes"}),
    ("Failed before", {"failed": "yes"}),
)


@admin.register(CheckRequest)
class QueueAdmin(WatchtowerList):
    """The most urgent first."""

    page_title = "Check that waits"
    purpose = "What is to be compared next. It is a table: it survives restarts, nothing is lost."
    nothing_yet = "All clear: nothing waits to be checked."
    all_clear = "All clear: no such check waits."
    list_display = ("what", "state", "started_by", "tried", "reason", "due", "since")
    list_filter = QUEUE_FILTERS
    table = queue.TABLE
    questions = VIEWS
    kept_filters = ("kind", "trigger", *WatchtowerList.kept_filters)
    list_before_template = "reconciliation/queue_top.html"
    search_fields = ("subject_id",)
    ordering = ("priority", "due_at", "id")
    row_actions = (CheckAgain,)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """The table knows our ids alone: what people know the thing by is looked up."""
        said = search_term.strip()
        if not said:
            return queryset, False
        ids = [each.subject_id for each in find(said, caller=caller(request))]
        return queryset.filter(subject_id__in=[said, *ids]), False

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """With depth and age of the whole queue, and what people know each by."""
        changelist: Any = super().get_changelist_instance(request)
        name_them(changelist.result_list, request)
        depth = queue.depth(partners=partners_of(request), at=clock.now())
        changelist.tiles = tiles(depth)
        changelist.refresh_s = REFRESH_S
        changelist.summary = f"{depth.active:,} in work, {depth.waiting:,} waiting"
        return changelist

    @column("What")
    def what(self, row: CheckRequest) -> Any:
        """By what people know it, and what it is; our id where nothing else is known."""
        return shown.two_lines(known_by(row), words.subject_kind(row.subject_kind))

    @column("State")
    def state(self, row: CheckRequest) -> Any:
        """In work, waiting, or not due yet."""
        return state(row)

    @column("Started by")
    def started_by(self, row: CheckRequest) -> Any:
        """What, in whose name."""
        return shown.two_lines(words.started_by(row.trigger), row.actor)

    @column("Failed")
    def tried(self, row: CheckRequest) -> str:
        """How often."""
        return "" if not row.tries else "once" if row.tries == 1 else f"{row.tries} times"

    @column("Why")
    def reason(self, row: CheckRequest) -> str:
        """Of the latest failure."""
        return shown.free_text(row.problem)

    @column("Due")
    def due(self, row: CheckRequest) -> Any:
        """From when on it may be made."""
        return shown.moment(row.due_at)

    @column("Asked for")
    def since(self, row: CheckRequest) -> Any:
        """Since when."""
        return shown.moment(row.requested_at)

    def record(self, request: HttpRequest, row: CheckRequest) -> Record:
        """One that waits."""
        return Record(
            headline=Headline(
                kind="Check that waits",
                main=words.subject_kind(row.subject_kind),
                beside=words.subject_link(request, row.subject_kind, row.subject_id),
                status=state(row),
                next_step=_next(row),
            ),
            sections=[
                Facts(
                    title="Facts",
                    rows=[
                        ("Started by", words.started_by(row.trigger)),
                        ("In the name of", row.actor),
                        ("Asked for", shown.moment(row.requested_at)),
                        ("Due", shown.moment(row.due_at)),
                        ("Failed", f"{row.tries} times"),
                        ("Why", shown.free_text(row.problem) or shown.NOTHING),
                        ("Provider to be asked anew", "yes" if row.fresh else "no"),
                        ("Partner", row.partner.name if row.partner else "not known yet"),
                        ("Our id of it", shown.copied(row.subject_id, label="our id")),
                    ],
                )
            ],
        )


def name_them(rows: Iterable[Any], request: HttpRequest) -> None:
    """Give each row of a page the title of its subject, with a constant number of queries."""
    listed = list(rows)
    found = find_many([row.subject_id for row in listed], caller=caller(request))
    for row in listed:
        named = found.get(row.subject_id)
        row.title = named.title if named and named.kind == row.subject_kind else ""


def known_by(row: CheckRequest) -> str:
    """Without phones."""
    return masking.without_phones(getattr(row, "title", "") or row.subject_id)


def tiles(depth: queue.Depth) -> list[Tile]:
    """Depth and age, each with its list."""
    listed = words.list_url(words.QUEUE)
    at = clock.now()
    waits_s = max(0, round((at - depth.oldest_at).total_seconds())) if depth.oldest_at else 0
    is_late = waits_s >= LATE_MINUTES * 60
    oldest = f"The oldest for {words.seconds(waits_s)}" if depth.oldest_at else "None is due"
    return [
        Tile(name="In work now", figure=f"{depth.active:,}", url=f"{listed}?active=yes",
             note="In the hands of a worker", tone=shown.WAIT if depth.active else shown.MUTE),
        Tile(name="Waiting", figure=f"{depth.waiting:,}", url=f"{listed}?active=no",
             note=oldest, tone=shown.WARN if is_late else shown.MUTE),
        Tile(name="Not due yet", figure=f"{depth.later:,}", url=f"{listed}?active=no",
             note="Of those that wait"),
        Tile(name="Failed before", figure=f"{depth.failed:,}", url=f"{listed}?failed=yes",
             note="Tried again by themselves", tone=shown.WARN if depth.failed else shown.MUTE),
    ]  # fmt: skip


def state(row: CheckRequest) -> Any:
    """In work, waiting, tried again, or not due yet."""
    at = clock.now()
    if row.lease_ends_at is not None and row.lease_ends_at > at:
        return shown.status("In work", meaning="A worker compares it now.", tone=shown.WAIT)
    if row.due_at > at:
        return shown.status("Not due yet", meaning="Its time has not come.", tone=shown.MUTE)
    meaning = "It is due: the next free worker takes it."
    return shown.status("Waiting", meaning=meaning, tone=shown.ASK)


def _next(row: CheckRequest) -> str:
    if row.due_at > clock.now():
        return f"It is checked {shown.relative(row.due_at)}, at {shown.absolute(row.due_at)}."
    return "It is checked within a minute; when it is, it leaves this list."
