"""Steps: every change of status in the system, read-only."""

import json
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from core.admin import shown
from core.admin.base import RecordAdmin, column
from core.admin.filters import MomentFilter
from core.admin.record import Facts, Headline, Raw, Record
from core.models import Step


class StepMoment(MomentFilter):
    """When it happened."""

    column = "at"


@admin.register(Step)
class StepAdmin(RecordAdmin):
    """The trail: who or what moved which row, when and why."""

    purpose = "Every change of status and every note by staff, append-only."
    nothing_yet = "No step yet: the first instruction writes the first one."
    list_display = ("moment", "subject", "move", "why", "by")
    list_filter = (StepMoment,)
    search_fields = ("subject_id",)
    search_help_text = "Id of the row, or who acted"
    ordering = ("-id",)
    has_phones = True

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Step], search_term: str
    ) -> tuple[QuerySet[Step], bool]:
        """By the id of the row, or by actor."""
        term = search_term.strip()
        return (queryset.filter(Q(subject_id=term) | Q(actor=term)) if term else queryset), False

    @column("When")
    def moment(self, row: Step) -> Any:
        """When it happened."""
        return shown.moment(row.at)

    @column("Row")
    def subject(self, row: Step) -> Any:
        """Which row."""
        return shown.two_lines(row.subject_type, row.subject_id)

    @column("Change")
    def move(self, row: Step) -> str:
        """From which status to which."""
        return moved(row)

    @column("Because")
    def why(self, row: Step) -> str:
        """The reason, phones always masked in lists."""
        return shown.free_text(row.because)

    @column("By")
    def by(self, row: Step) -> str:
        """Who or what."""
        return row.actor

    def record(self, request: HttpRequest, row: Step) -> Record:
        """One step."""
        may_see = shown.may_see_phones(request)
        return Record(
            headline=Headline(
                kind="Step",
                main=moved(row),
                beside=shown.free_text(row.because, may_see_phones=may_see),
                meaning=f"By {row.actor}",
            ),
            sections=[
                Facts(
                    title="Facts",
                    rows=[
                        ("Row", row.subject_type),
                        ("Its id", shown.copied(row.subject_id, label="row id")),
                        ("When", shown.moment(row.at)),
                        ("Recorded", shown.moment(row.recorded_at)),
                    ],
                ),
                Raw(
                    title="Details",
                    text=shown.raw(json.dumps(row.details), may_see_phones=may_see),
                    is_open=True,
                ),
            ],
        )


def moved(row: Step) -> str:
    """`queued → sending`, `new: queued`, or `note`."""
    if not has_moved(row):
        return "Note"
    return f"{row.from_status or 'new'} → {row.to_status}"


def has_moved(row: Step) -> bool:
    """Whether the status changed; otherwise it is a note."""
    return row.from_status != row.to_status
