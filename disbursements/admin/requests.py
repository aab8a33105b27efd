"""Payouts: the list, the detail page with the one timeline, asking M-Pesa, releasing."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from core.admin import shown
from core.admin.base import RecordAdmin, column
from core.admin.record import Column, Facts, Headline, Record, Table, Timeline
from disbursements import queries
from disbursements.admin import words
from disbursements.admin.ask_mpesa import AskMpesa
from disbursements.admin.filters import (
    CauseFilter,
    FileFilter,
    InstructedFilter,
    PaidFilter,
    PartnerFilter,
    PersonFilter,
    ShortcodeFilter,
    StatusFilter,
)
from disbursements.admin.release import Release, ReleaseMany, release_selected
from disbursements.admin.timeline import timeline
from disbursements.admin.upload import UploadPayees
from disbursements.models import (
    DisbursementRequest,
    DisbursementRetryLog,
    Pause,
    PauseScope,
)
from disbursements.queries import search
from disbursements.states import DisbursementStatus


@admin.register(DisbursementRequest)
class DisbursementRequestAdmin(RecordAdmin):
    """Every outgoing payment."""

    purpose = "Every instruction to pay one payee once, newest first."
    nothing_yet = "No payout yet. They arrive through the API or with “Upload payees”."
    all_clear = ""
    list_display = (
        "reference", "payee", "amount", "state", "tries", "reason", "next_try",
        "age",
    )  # fmt: skip
    list_filter = (
        StatusFilter, PersonFilter, CauseFilter, PartnerFilter, ShortcodeFilter,
        InstructedFilter, PaidFilter, FileFilter,
    )  # fmt: skip
    list_select_related = ("partner",)
    search_fields = ("client_reference",)
    search_help_text = "Reference, receipt, conversation, phone, amount or name"
    sortable_by = ("age",)
    ordering = ("-created_at", "-id")
    actions = (release_selected,)
    row_actions = (AskMpesa, Release)
    list_actions = (UploadPayees, ReleaseMany)

    def get_actions(self, request: HttpRequest) -> Any:
        """Only for those who may release."""
        return super().get_actions(request) if self.may(request, "change") else {}

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By anything that names a payout."""
        may_see = shown.may_see_phones(request)
        if not may_see and search.msisdn_in(search_term):
            messages.info(
                request,
                "A phone is searched for only by those who may see whole phones. "
                "Use the reference, the receipt, the amount or the name.",
            )
        return search.found(queryset, text=search_term, may_see_phones=may_see), False

    def views(self, changelist: ChangeList) -> list[dict[str, Any]]:
        """The everyday questions."""
        chosen = changelist.filter_params
        kinds: list[tuple[str, dict[str, str]]] = [
            ("All", {}),
            ("Needs a person", {"person": "yes"}),
        ]
        kinds += [
            (text, {"status": status})
            for text, status in (
                ("Unknown", "unknown"), ("Parked", "parked"), ("Retrying", "retrying"),
                ("Failed", "failed"), ("Completed", "completed"),
            )
        ]  # fmt: skip
        now = {name: chosen[name][-1] for name in ("person", "status") if name in chosen}
        others = ["person", "status", "cause", "p"]
        return [
            {
                "text": text,
                "url": changelist.get_query_string(query, remove=others),
                "chosen": query == now,
            }
            for text, query in kinds
        ]

    @column("Reference")
    def reference(self, row: DisbursementRequest) -> Any:
        """The partner's reference, and the partner."""
        return shown.two_lines(row.client_reference, row.partner.name)

    @column("Payee")
    def payee(self, row: DisbursementRequest) -> Any:
        """Name and phone, the phone always masked in lists."""
        number = shown.phone(row.msisdn, may_see=False)
        return shown.two_lines(row.payee_name, number) if row.payee_name else number

    @column("Amount")
    def amount(self, row: DisbursementRequest) -> Any:
        """How much."""
        return shown.amount(row.amount_minor, row.currency)

    @column("Status")
    def state(self, row: DisbursementRequest) -> Any:
        """The status."""
        return words.status(row)

    @column("Retries")
    def tries(self, row: DisbursementRequest) -> str:
        """`2 of 3`."""
        return f"{row.retry_count} of {row.max_retries}" if row.attempts_made else shown.NOTHING

    @column("Reason")
    def reason(self, row: DisbursementRequest) -> str:
        """Why it stands where it stands, phones always masked in lists."""
        return shown.free_text(words.reason(row))

    @column("Next")
    def next_try(self, row: DisbursementRequest) -> Any:
        """When we act next."""
        return words.next_try(row)

    @column("Instructed", ordering="created_at")
    def age(self, row: DisbursementRequest) -> Any:
        """Since when."""
        return shown.moment(row.created_at)

    def record(self, request: HttpRequest, row: DisbursementRequest) -> Record:
        """Amount, payee, status and next step on top; then one timeline; then the ids."""
        may_see = shown.may_see_phones(request)
        logs = DisbursementRetryLog.objects.filter(disbursement=row)
        attempts = list(logs.order_by("retry_attempt"))
        phone = shown.phone(row.msisdn, may_see=may_see)
        return Record(
            headline=Headline(
                kind=f"Payout {row.client_reference} of {row.partner}",
                main=shown.amount(row.amount_minor, row.currency),
                beside=shown.two_lines(row.payee_name, phone) if row.payee_name else phone,
                status=words.status(row),
                meaning=row.MACHINE.meanings[row.status],
                next_step=shown.free_text(
                    words.next_step(row, pause=_pause_over(row)), may_see_phones=may_see
                ),
            ),
            sections=[
                Facts(title="Why and when", rows=_facts(row, may_see_phones=may_see)),
                Timeline(
                    title="Timeline",
                    events=timeline(row, attempts, may_see_phones=may_see),
                    note="Oldest first: status, attempts, calls, callbacks, questions, books.",
                ),
                _attempts_table(attempts, may_see_phones=may_see),
                Facts(title="Ids and origin", rows=_ids(row)),
            ],
        )


def _facts(row: DisbursementRequest, *, may_see_phones: bool) -> list[tuple[str, object]]:
    reason = shown.free_text(words.reason(row), may_see_phones=may_see_phones)
    remarks = shown.free_text(row.remarks, may_see_phones=may_see_phones)
    facts: list[tuple[str, object]] = [
        ("Reason", reason or shown.NOTHING),
        ("Retries used", f"{row.retry_count} of {row.max_retries}"),
        ("Attempts made", row.attempts_made),
        ("Instructed", shown.moment(row.created_at)),
        (f"{row.status.capitalize()} since", shown.moment(row.status_at)),
    ]
    if row.completed_at:
        facts.append(("Paid", shown.moment(row.completed_at)))
    if row.next_retry_at and row.status == DisbursementStatus.RETRYING:
        facts.append(("Next try", shown.moment(row.next_retry_at)))
    if row.ask_at:
        facts.append(("Next question", shown.moment(row.ask_at)))
    if row.parked_cause:
        facts.append(("Waits for", row.parked_cause))
    facts.append(("Remarks", remarks or shown.NOTHING))
    return facts


def _ids(row: DisbursementRequest) -> list[tuple[str, object]]:
    shortcode = reverse("admin:vault_shortcode_change", args=[row.shortcode_id])
    partner = reverse("admin:vault_partner_change", args=[row.partner_id])
    return [
        ("Our id", shown.copied(str(row.pk), label="our id")),
        ("Partner's reference", shown.copied(row.client_reference, label="partner's reference")),
        ("M-Pesa receipt", shown.copied(row.receipt or "", label="receipt")),
        ("Idempotency key", shown.copied(row.idempotency_key or "", label="idempotency key")),
        ("Partner", shown.link(partner, row.partner)),
        ("From shortcode", shown.link(shortcode, row.shortcode)),
        ("Kind", f"{row.command_id} over {row.rail}"),
        ("Came through", row.origin),
        ("Origin id", shown.copied(row.origin_id, label="origin id")),
        ("Instructed by", row.created_by),
    ]


def _attempts_table(attempts: Sequence[DisbursementRetryLog], *, may_see_phones: bool) -> Table:
    return Table(
        title="Attempts",
        note="A new attempt begins only after proof that the one before did not pay.",
        empty="Nothing was sent yet.",
        columns=[
            Column(label="Nr", numeric=True), Column(label="Written down"),
            Column(label="Outcome"), Column(label="Answer"), Column(label="Proof"),
            Column(label="Took", numeric=True), Column(label="Provider reference"),
            Column(label="Conversation"),
        ],
        rows=[
            [
                attempt.retry_attempt,
                shown.moment(attempt.retry_timestamp),
                _outcome(attempt),
                shown.free_text(
                    words.coded(attempt.mpesa_response_code, attempt.mpesa_response_description),
                    may_see_phones=may_see_phones,
                )
                or shown.NOTHING,
                attempt.get_proof_display() if attempt.proof else shown.NOTHING,
                shown.NOTHING if attempt.duration_ms is None else f"{attempt.duration_ms:,} ms",
                shown.copied(attempt.provider_reference, label="provider reference"),
                shown.copied(attempt.conversation_id, label="conversation id"),
            ]
            for attempt in attempts
        ],
    )  # fmt: skip


def _outcome(attempt: DisbursementRetryLog) -> Any:
    tones = {"paid": shown.GOOD, "not_paid": shown.BAD, "open": shown.ASK}
    words_of = {"paid": "Paid", "not_paid": "Not paid", "open": "Open"}
    meaning = "" if attempt.counted else "It does not use up a retry."
    return shown.status(words_of[attempt.outcome], meaning=meaning, tone=tones[attempt.outcome])


def _pause_over(row: DisbursementRequest) -> Pause | None:
    covered = {
        (PauseScope.EVERYTHING, ""),
        (PauseScope.PARTNER, str(row.partner_id)),
        (PauseScope.RAIL, row.rail),
        (PauseScope.SHORTCODE, str(row.shortcode_id)),
    }
    return next(
        (pause for pause in queries.active_pauses() if (pause.scope, pause.target) in covered),
        None,
    )
