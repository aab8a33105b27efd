"""Release parked payouts: their cause was put right, so that they are sent again."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from core.admin import shown
from core.admin.confirm import Confirmation, ConfirmedAction, Outcome, actor_of
from core.admin.record import Column
from disbursements import queries
from disbursements.admin import words
from disbursements.models import DisbursementRequest
from disbursements.operations.pause import release_many
from disbursements.states import DisbursementStatus

NOT_PARKED = "not parked, so there is nothing to release"
NEEDS_A_PERSON = "the reports contradict each other, so a person must settle it first"
PAUSED = "a pause covers it: put its cause right and resume that"


class Release(ConfirmedAction):
    """Send again what is parked and covered by no pause."""

    name = "release"
    permission = "retry"
    label = "Release…"
    explanation = "Once its cause is put right. It uses up no retry."
    primary = True

    def offered(self, row: DisbursementRequest) -> bool:
        """While it is parked and no pause covers it."""
        return bool(_releasable([row]))

    def confirmation(
        self, request: HttpRequest, rows: Sequence[DisbursementRequest]
    ) -> Confirmation:
        """What goes out again, and what stays and why."""
        good = _releasable(rows)
        totals = _totals(good)
        noun = "payout" if len(good) == 1 else "payouts"
        moments = [row.created_at for row in good]
        named = f"{len(good):,} {noun}, {shown.totals(totals)}" if good else "payouts"
        return Confirmation(
            title=f"Release {rows[0].client_reference}" if len(rows) == 1 else "Release payouts",
            button=f"Release {named}",
            will_happen=[
                "Each is sent again within minutes: it is proven that it was not paid.",
                "It uses up no retry. If the cause is not put right, it is parked once more.",
                "What changes before you confirm is skipped and counted.",
            ],
            count=len(good),
            noun=noun,
            totals=totals,
            oldest=min(moments, default=None),
            newest=max(moments, default=None),
            columns=[Column(label="Reference"), Column(label="Waits for"),
                     Column(label="Amount", numeric=True)],
            lines=[[row.client_reference, words.reason(row),
                    shown.amount(row.amount_minor, row.currency)] for row in good],
            skipped=list(_skipped(rows, good)),
            blocked="" if good else _blocked(rows),
        )  # fmt: skip

    def perform(
        self, *, request: HttpRequest, rows: Sequence[Any], answers: dict[str, Any], at: datetime
    ) -> Outcome:
        """Release those that still can be."""
        done = release_many(
            disbursement_ids=[row.pk for row in _releasable(rows)],
            reason=answers["reason"], actor=actor_of(request), at=at,
        )  # fmt: skip
        skipped = len(rows) - done.released
        text = f"{done.released:,} released"
        if skipped:
            text += f", {skipped:,} skipped"
        level = messages.SUCCESS if done.released else messages.INFO
        return Outcome(
            text=f"{text}. What is released is sent within minutes.",
            url=self._set_url() if len(rows) > 1 else "",
            level=level,
        )

    def _set_url(self) -> str:
        """The list of what was just released and is not sent yet."""
        opts = self.admin.opts
        listed = reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")
        return f"{listed}?status={DisbursementStatus.RETRYING.value}"


class ReleaseMany(Release):
    """The same for rows ticked in the list."""

    name = "release-many"
    label = ""


@admin.action(description="Release the selected payouts…")
def release_selected(
    model_admin: Any, request: HttpRequest, queryset: QuerySet[DisbursementRequest]
) -> Any:
    """Show what releasing the ticked rows would do; nothing happens yet."""
    return ReleaseMany(model_admin).for_selection(request, queryset)


def _releasable(rows: Sequence[DisbursementRequest]) -> list[DisbursementRequest]:
    """Those that are parked, need nobody to settle them, and are covered by no pause."""
    parked = [row for row in rows if _is_parked(row) and row.person_needed_at is None]
    if not parked:
        return []
    named = DisbursementRequest.objects.filter(pk__in=[row.pk for row in parked])
    free = set(queries.not_paused(named).values_list("pk", flat=True))
    return [row for row in parked if row.pk in free]


def _is_parked(row: DisbursementRequest) -> bool:
    return row.status == DisbursementStatus.PARKED


def _totals(rows: Sequence[DisbursementRequest]) -> dict[str, int]:
    totals: dict[str, int] = {}
    for row in rows:
        totals[row.currency] = totals.get(row.currency, 0) + row.amount_minor
    return totals


def _skipped(
    rows: Sequence[DisbursementRequest], good: Sequence[DisbursementRequest]
) -> Iterator[str]:
    """`3 skipped: not parked …`, one line for each reason."""
    taken = {row.pk for row in good}
    reasons = [_why_not(row) for row in rows if row.pk not in taken]
    for reason in (NOT_PARKED, NEEDS_A_PERSON, PAUSED):
        if reason in reasons:
            yield f"{reasons.count(reason):,} skipped: {reason}"


def _why_not(row: DisbursementRequest) -> str:
    if not _is_parked(row):
        return NOT_PARKED
    return NEEDS_A_PERSON if row.person_needed_at else PAUSED


def _blocked(rows: Sequence[DisbursementRequest]) -> str:
    return "Nothing selected can be released." if rows else "No payout is selected."
