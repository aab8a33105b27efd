"""The detail page of a payout: status and next step, one timeline, attempts, ids."""

from collections.abc import Iterator, Sequence

from django.http import HttpRequest
from django.urls import reverse

from core.admin import shown
from core.admin.record import Facts, Headline, Record, Timeline
from disbursements import queries
from disbursements.admin import origins, reversals, transfer_facts, words
from disbursements.admin.attempts import table as attempts_table
from disbursements.admin.correct import relatives
from disbursements.admin.settlements import waiting_button
from disbursements.models import (
    DisbursementRequest,
    DisbursementRetryLog,
    Pause,
    PauseScope,
    PayoutTransfer,
)
from disbursements.queries.result_codes import in_words
from disbursements.queries.timeline import timeline
from disbursements.rules.rail_words import is_stripe
from disbursements.states import DisbursementStatus

_FROM = {False: "From shortcode", True: "From Stripe account"}


def record(request: HttpRequest, row: DisbursementRequest) -> Record:
    """Amount, payee, status and next step on top; then one timeline; then the ids."""
    may_see = shown.may_see_phones(request)
    logs = DisbursementRetryLog.objects.filter(disbursement=row)
    attempts = list(logs.order_by("retry_attempt"))
    winner = transfer_facts.winner_of(row)
    return Record(
        buttons=[*waiting_button(row), *reversals.waiting_button(row)],
        headline=Headline(
            kind=transfer_facts.kind(row, winner)
            or f"Payout {row.client_reference} of {row.partner}",
            main=shown.amount(row.amount_minor, row.currency),
            beside=_payee(row, may_see_phones=may_see),
            status=words.status(row),
            meaning=row.MACHINE.meanings[row.status],
            next_step=shown.free_text(
                f"{words.next_step(row, pause=_pause_over(row))} {_proof(row, attempts)}".strip(),
                may_see_phones=may_see,
            ),
        ),
        sections=[
            Facts(title="Why and when", rows=list(_facts(row, winner, may_see_phones=may_see))),
            Timeline(
                title="Timeline",
                events=timeline(row, attempts, may_see_phones=may_see),
                note="Oldest first: status, attempts, calls, callbacks, questions, books.",
            ),
            attempts_table(attempts, may_see_phones=may_see),
            Facts(title="Ids and origin", rows=[*_named(row, attempts, winner), *_ids(row)]),
        ],
    )


def _payee(row: DisbursementRequest, *, may_see_phones: bool) -> object:
    """Name and phone; of a business its number; of a winner the user and the account."""
    if is_stripe(row.rail):
        return transfer_facts.beside(row)
    number = row.business or shown.phone(row.msisdn, may_see=may_see_phones)
    return shown.two_lines(row.payee_name, number) if row.payee_name else number


def _proof(row: DisbursementRequest, attempts: Sequence[DisbursementRetryLog]) -> str:
    """Why we are sure that the latest attempt did not pay: what may be done rests on it."""
    latest = attempts[-1] if attempts else None
    if latest is None:
        return ""
    if not latest.proof:
        retrying = row.status == DisbursementStatus.RETRYING
        return "Proof that the last try did not pay comes first." if retrying else ""
    return f"Attempt {latest.retry_attempt} is proven not paid because: {_said(latest)}."


def _said(attempt: DisbursementRetryLog) -> str:
    proof = str(attempt.get_proof_display())
    return proof[:1].lower() + proof[1:]


def _facts(
    row: DisbursementRequest, winner: PayoutTransfer | None, *, may_see_phones: bool
) -> Iterator[tuple[str, object]]:
    def free(text: str) -> str:
        return shown.free_text(text, may_see_phones=may_see_phones) or shown.NOTHING

    if winner is not None:
        yield from transfer_facts.facts(winner)
    if winner is None or words.reason(row):
        yield ("Reason", free(words.reason(row)))
    if row.failure_code and row.status in words.EXPLAINED:
        said = in_words(code=row.failure_code, text=row.failure_text, rail=row.rail)
        yield ("Whose side", said.side)
        yield ("What to do", free(said.to_do))
    yield ("Retries used", f"{row.retry_count} of {row.max_retries}")
    yield ("Attempts made", row.attempts_made)
    yield ("Instructed", shown.moment(row.created_at))
    yield (f"{row.status.capitalize()} since", shown.moment(row.status_at))
    if row.completed_at:
        yield ("Paid", shown.moment(row.completed_at))
    yield from transfer_facts.money_facts(row)
    if row.next_retry_at and row.status == DisbursementStatus.RETRYING:
        yield ("Next try", shown.moment(row.next_retry_at))
    if row.ask_at:
        yield ("Next question", shown.moment(row.ask_at))
    if row.parked_cause:
        yield ("Waits for", row.parked_cause)
    yield ("Remarks", free(row.remarks))


def _named(
    row: DisbursementRequest,
    attempts: Sequence[DisbursementRetryLog],
    winner: PayoutTransfer | None,
) -> Iterator[tuple[str, object]]:
    """By what the provider knows it."""
    if is_stripe(row.rail):
        yield from transfer_facts.ids(row, attempts, winner)
    else:
        yield ("M-Pesa receipt", shown.copied(row.receipt or "", label="receipt"))


def _ids(row: DisbursementRequest) -> list[tuple[str, object]]:
    shortcode = reverse("admin:vault_shortcode_change", args=[row.shortcode_id])
    partner = reverse("admin:vault_partner_change", args=[row.partner_id])
    return [
        ("Our id", shown.copied(str(row.pk), label="our id")),
        ("Partner's reference", shown.copied(row.client_reference, label="partner's reference")),
        ("Idempotency key", shown.copied(row.idempotency_key or "", label="idempotency key")),
        *relatives(row),
        *origins.facts(row),
        ("Partner", shown.link(partner, row.partner)),
        (_FROM[is_stripe(row.rail)], shown.link(shortcode, row.shortcode)),
        ("Kind", f"{row.command_id} over {row.rail.replace('_', ' ')}"),
        ("Came through", row.origin.replace("_", " ")),
        ("Origin id", shown.copied(row.origin_id, label="origin id")),
        ("Instructed by", row.created_by),
    ]


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
