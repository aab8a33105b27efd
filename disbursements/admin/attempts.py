"""The attempts of one payout: the table on its page, and the part that opens below its row."""

import json
from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.admin import shown
from core.admin.record import Column, Table
from disbursements.admin import words
from disbursements.models import AttemptOutcome, DisbursementRequest, DisbursementRetryLog
from disbursements.queries.result_codes import CodeTable
from disbursements.rules.rail_words import provider
from gateways.interface import Rail

PAGE = "admin:disbursements_disbursementrequest_change"
PART = "admin:disbursements_disbursementrequest_attempts"
TONES = {
    AttemptOutcome.PAID: ("Paid", shown.GOOD),
    AttemptOutcome.NOT_PAID: ("Not paid", shown.BAD),
    AttemptOutcome.OPEN: ("Open", shown.ASK),
}
COLUMNS = (
    Column(label="Nr", numeric=True), Column(label="Written down"), Column(label="Outcome"),
    Column(label="Answer"), Column(label="Proof"), Column(label="Took", numeric=True),
    Column(label="Provider's ids"),
)  # fmt: skip


def opener(row: DisbursementRequest) -> SafeString | str:
    """`1 of 3` retries and how often it was sent; opens the attempts below the row."""
    if not row.attempts_made:
        return shown.NOTHING
    sent = "sent once" if row.attempts_made == 1 else f"sent {row.attempts_made} times"
    return format_html(
        '<a class="pv-opener" role="button" aria-expanded="false" href="{}#attempts" '
        'data-attempts="{}" aria-label="Attempts of {}: {} of {} retries, {}">'
        '<span>{} of {}</span><span class="pv-subtle">{}</span></a>',
        reverse(PAGE, args=[row.pk]), reverse(PART, args=[row.pk]), row.client_reference,
        row.retry_count, row.max_retries, sent, row.retry_count, row.max_retries, sent,
    )  # fmt: skip


def part(request: HttpRequest, row: DisbursementRequest) -> HttpResponse:
    """The attempts alone, to be put below the row of a list; phones stay masked there."""
    attempts = DisbursementRetryLog.objects.filter(disbursement=row).order_by("retry_attempt")
    context = {
        "row": row,
        "section": table(list(attempts), may_see_phones=False),
        "page": reverse(PAGE, args=[row.pk]),
    }
    return TemplateResponse(request, "disbursements/attempts.html", context)


def table(attempts: Sequence[DisbursementRetryLog], *, may_see_phones: bool) -> Table:
    """Every attempt with its reason, ids, answer in plain words, duration and proof."""
    codes = CodeTable.read() if attempts else CodeTable([])
    return Table(
        title="Attempts",
        note="A new attempt begins only after proof that the one before did not pay.",
        empty="Nothing was sent yet.",
        columns=COLUMNS,
        rows=[_cells(attempt, codes, may_see_phones) for attempt in attempts],
    )


def _cells(attempt: DisbursementRetryLog, codes: CodeTable, may_see_phones: bool) -> list[object]:
    duration = attempt.duration_ms
    why = shown.free_text(attempt.retry_reason, may_see_phones=may_see_phones)
    return [
        attempt.retry_attempt,
        shown.two_lines(shown.moment(attempt.retry_timestamp), why),
        _outcome(attempt),
        format_html(
            "{}{}", _answer(attempt, codes, may_see_phones), _details(attempt, may_see_phones)
        ),
        _proof(attempt),
        shown.NOTHING if duration is None else f"{duration:,} ms",
        _ids(attempt),
    ]


def _rail(attempt: DisbursementRetryLog) -> Rail:
    if attempt.destination:
        return Rail.STRIPE_TRANSFER
    return Rail.MPESA_B2B if attempt.beneficiary else Rail.MPESA_B2C


def _ids(attempt: DisbursementRetryLog) -> SafeString:
    """By what the provider knows it; of a transfer its key, the account and the request."""
    if attempt.destination:
        account = shown.copied(attempt.destination, label="connected account")
        request = shown.copied(attempt.conversation_id, label="request id")
        return shown.two_lines(
            shown.copied(attempt.key, label="idempotency key"),
            format_html("{} {}", account, request),
        )
    return shown.two_lines(
        shown.copied(attempt.provider_reference, label="provider reference"),
        shown.copied(attempt.conversation_id, label="conversation id"),
    )


def _outcome(attempt: DisbursementRetryLog) -> Any:
    word, tone = TONES[AttemptOutcome(attempt.outcome)]
    meaning = "" if attempt.counted else "It does not use up a retry."
    return shown.status(word, meaning=meaning, tone=tone)


def _answer(
    attempt: DisbursementRetryLog, codes: CodeTable, may_see_phones: bool
) -> SafeString | str:
    """What happened, whose side, what to do; and what the provider itself wrote."""
    code, text = attempt.mpesa_response_code, attempt.mpesa_response_description
    written = shown.free_text(words.coded(code, text), may_see_phones=may_see_phones)
    is_paid = attempt.outcome == AttemptOutcome.PAID
    if not code or (is_paid and text):
        return written or shown.NOTHING
    rail = _rail(attempt)
    said = codes.in_words(code=code, text=text, rail=rail)
    happened = shown.free_text(said.reason, may_see_phones=may_see_phones)
    if is_paid:
        return happened
    advice = " ".join(filter(None, [f"{said.side}.", said.to_do]))
    quoted = f"{provider(rail)} wrote: {written}. " if written not in ("", happened) else ""
    return shown.two_lines(happened, f"{quoted}{advice}")


def _proof(attempt: DisbursementRetryLog) -> SafeString | str:
    if not attempt.proof:
        return shown.NOTHING
    return shown.two_lines(
        f"Proven not paid because: {attempt.get_proof_display()}",
        shown.moment(attempt.settled_at),
    )


def _details(attempt: DisbursementRetryLog, may_see_phones: bool) -> SafeString | str:
    """What else is on record of an error, secrets removed, folded."""
    if not attempt.error_details:
        return ""
    text = shown.raw(json.dumps(attempt.error_details), may_see_phones=may_see_phones)
    return format_html(
        '<details class="pv-raw"><summary>Error details</summary><pre>{}</pre></details>', text
    )
