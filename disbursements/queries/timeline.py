"""The one timeline of a payout: everything that any table knows of it, in time order."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from django.db.models import Prefetch, Q, QuerySet
from django.urls import reverse

from core import money
from core.admin import shown
from core.admin.record import Event, Raw
from core.models import Step
from disbursements.models import DisbursementRequest, DisbursementRetryLog, StatusQuestion
from disbursements.rules.rail_words import provider
from disbursements.states import DisbursementStatus
from gateways.interface import Delivery, Rail
from gateways.models import Call, Callback
from ledger.models import Entry, EntryKind, Line

S = DisbursementStatus

ROWS_MAX = 300
TONES: dict[str, str] = {
    S.HELD: shown.MUTE,
    S.QUEUED: shown.WAIT,
    S.SENDING: shown.WAIT,
    S.ACCEPTED: shown.WAIT,
    S.UNKNOWN: shown.ASK,
    S.RETRYING: shown.WAIT,
    S.PARKED: shown.WARN,
    S.COMPLETED: shown.GOOD,
    S.FAILED: shown.BAD,
    S.CANCELLED: shown.MUTE,
    S.RETURNED: shown.WARN,
}
DELIVERY_TONES = {
    Delivery.APPLIED: shown.GOOD,
    Delivery.CONTRADICTORY: shown.BAD,
    Delivery.MALFORMED: shown.WARN,
    Delivery.UNMATCHED: shown.WARN,
}
# Of events at one moment, what happens first by nature comes first.
STEP_ORDER = {"held": 0, "queued": 0, "sending": 2, "accepted": 6}
QUESTION_SERVED = "0"
ABBREVIATIONS = {"b2b", "b2c", "c2b", "stk"}
ENTRY_WORDS = {
    EntryKind.HOLD: "Money held in the books",
    EntryKind.COMMIT: "Payment booked",
    EntryKind.VOID: "Held money given back in the books",
    EntryKind.REVERSAL: "Booking reversed",
    EntryKind.POSTING: "Booked",
}


def timeline(
    row: DisbursementRequest,
    attempts: Sequence[DisbursementRetryLog],
    *,
    may_see_phones: bool,
) -> list[Event]:
    """Steps, attempts, calls, callbacks, questions and ledger entries; at most ROWS_MAX each."""
    subject = str(row.pk)
    events = [
        *_steps(subject),
        *_attempts(attempts),
        *calls([subject], may_see_phones=may_see_phones),
        *callbacks([subject], may_see_phones=may_see_phones),
        *_questions(attempts, provider(row.rail)),
        *entries(_entries(row, attempts)),
    ]
    return in_order(events, may_see_phones=may_see_phones)


def in_order(events: Sequence[Event], *, may_see_phones: bool) -> list[Event]:
    """By time, what happens first by nature first; phones hidden from who may not see them."""
    if not may_see_phones:
        events = [_without_phones(event) for event in events]
    return sorted(events, key=lambda event: (event.at, event.order))


def _without_phones(event: Event) -> Event:
    return replace(event, title=shown.free_text(event.title), text=shown.free_text(event.text))


def _steps(subject: str) -> Iterator[Event]:
    steps = Step.objects.filter(subject_type=DisbursementRequest.__name__, subject_id=subject)
    for step in steps.order_by("id")[:ROWS_MAX]:
        moved = step.from_status != step.to_status
        yield Event(
            at=step.at,
            source="Status" if moved else "Note",
            title=_move(step) if moved else step.because,
            text=step.because if moved else "",
            actor=step.actor,
            url=_run_of(step),
            tone=TONES.get(step.to_status, shown.MUTE) if moved else shown.MUTE,
            order=STEP_ORDER.get(step.to_status, 11) if moved else 11,
        )


def _run_of(step: Step) -> str:
    """The bulk run that it was done in, if any."""
    run = step.details.get("bulk_run")
    return reverse("admin:disbursements_bulkrun_change", args=[run]) if run else ""


def _move(step: Step) -> str:
    new = step.to_status.replace("_", " ").capitalize()
    return f"{new} (was {step.from_status})" if step.from_status else f"Instructed: {new.lower()}"


def _attempts(attempts: Sequence[DisbursementRetryLog]) -> Iterator[Event]:
    for attempt in attempts:
        yield Event(
            at=attempt.retry_timestamp,
            source="Attempt",
            title=f"Attempt {attempt.retry_attempt} written down",
            text=f"{attempt.retry_reason}. {_named(attempt)}",
            tone=shown.WAIT,
            order=1,
        )
        if attempt.acknowledged_at:
            yield Event(
                at=attempt.acknowledged_at,
                source="Attempt",
                title=f"{_by(attempt)} took attempt {attempt.retry_attempt}",
                text=_acknowledged(attempt),
                tone=shown.WAIT,
                order=5,
            )
        if attempt.settled_at:
            paid = attempt.outcome == "paid"
            proof = attempt.get_proof_display() if attempt.proof else ""
            yield Event(
                at=attempt.settled_at,
                source="Attempt",
                title=f"Attempt {attempt.retry_attempt}: {attempt.get_outcome_display().lower()}",
                text=f"Proof: {proof}" if proof else "",
                tone=shown.GOOD if paid else shown.BAD,
                order=9,
            )


def _by(attempt: DisbursementRetryLog) -> str:
    return provider(Rail.STRIPE_TRANSFER if attempt.destination else Rail.MPESA_B2C)


def _named(attempt: DisbursementRetryLog) -> str:
    """By what the provider knows it."""
    if attempt.destination:
        return f"To {attempt.destination}, key {attempt.key}"
    return f"Provider reference {attempt.provider_reference}"


def _acknowledged(attempt: DisbursementRetryLog) -> str:
    if attempt.destination:
        return f"Request {attempt.conversation_id}{_took(attempt)}."
    return f"Conversation {attempt.conversation_id}{_took(attempt)}. This is not yet an outcome."


def _took(attempt: DisbursementRetryLog) -> str:
    return "" if attempt.duration_ms is None else f", in {attempt.duration_ms:,} ms"


def calls(subject_ids: Sequence[str], *, may_see_phones: bool) -> Iterator[Event]:
    """What was sent out about these rows, and what was answered."""
    for call in Call.objects.filter(subject_id__in=subject_ids).order_by("id")[:ROWS_MAX]:
        answer = f"HTTP {call.http_status}" if call.http_status else call.error or "no answer"
        well = call.http_status is not None and call.http_status < 400
        yield Event(
            at=call.started_at,
            source="Call out",
            title=f"{_in_words(call.kind)}: {answer}",
            text=f"{call.method} {shown.raw(call.url, may_see_phones=True)}, "
            f"{call.duration_ms:,} ms",
            tone=shown.WAIT if well else shown.WARN,
            url=reverse("admin:gateways_call_change", args=[call.pk]),
            order=4,
            raws=[
                Raw(title="What we sent", text=_body(call.request_body, may_see_phones)),
                Raw(title="What was answered", text=_body(call.response_body, may_see_phones)),
            ],
        )


def callbacks(subject_ids: Sequence[str], *, may_see_phones: bool) -> Iterator[Event]:
    """What came in about these rows, and what became of it."""
    found = Callback.objects.filter(subject_id__in=subject_ids).exclude(subject_id="")
    for callback in found.order_by("id")[:ROWS_MAX]:
        body = bytes(callback.body).decode("utf-8", "replace")
        unlisted = "" if callback.source_listed else " From an address that is not on the list."
        yield Event(
            at=callback.received_at,
            source="Callback in",
            title=f"{_in_words(callback.kind)}: {callback.outcome or 'not read yet'}",
            text=f"{'' if callback.note.isidentifier() else callback.note}{unlisted}".strip(),
            tone=DELIVERY_TONES.get(Delivery(callback.outcome), shown.MUTE)
            if callback.outcome
            else shown.MUTE,
            url=reverse("admin:gateways_callback_change", args=[callback.pk]),
            raws=[Raw(title="What arrived", text=_body(body, may_see_phones))],
            order=8,
        )


def _in_words(kind: str) -> str:
    """`C2B confirmation` for c2b-confirmation."""
    first, _, rest = kind.partition("-")
    first = first.upper() if first in ABBREVIATIONS else first.capitalize()
    return f"{first} {rest.replace('-', ' ')}".strip()


def _questions(attempts: Sequence[DisbursementRetryLog], name: str) -> Iterator[Event]:
    numbers = {attempt.pk: attempt.retry_attempt for attempt in attempts}
    questions = StatusQuestion.objects.filter(attempt__in=numbers).order_by("asked_at")
    for question in questions[:ROWS_MAX]:
        number = numbers[question.attempt_id]
        yield Event(
            at=question.asked_at,
            source="Question",
            title=f"Asked {name} about attempt {number}"
            if name == "M-Pesa"
            else f"Looked attempt {number} up at {name}",
            text=f"The question did not go through: {question.error}" if question.error else "",
            tone=shown.WARN if question.error else shown.ASK,
            order=7,
        )
        if question.answered_at:
            yield Event(
                at=question.answered_at,
                source="Answer",
                title=f"{name} says of attempt {number}: {question.state.replace('_', ' ')}",
                text=_said(question),
                tone=shown.ASK,
                order=8,
            )


def _said(question: StatusQuestion) -> str:
    """The text beside an answer. Code 0: the question was served, not: money moved."""
    if question.code == QUESTION_SERVED:
        return ""
    return f"{question.text} ({question.code})" if question.code else question.text


def _entries(
    row: DisbursementRequest, attempts: Sequence[DisbursementRetryLog]
) -> QuerySet[Entry]:
    holds = [attempt.hold_reference for attempt in attempts]
    return Entry.objects.filter(
        Q(reference__in=[*holds, *_came_back(row)])
        | Q(settles__reference__in=holds)
        | Q(reverses__settles__reference__in=holds)
    )


def _came_back(row: DisbursementRequest) -> list[str]:
    """The ledger's references of what came back of a transfer: one for each rise of the total."""
    if not row.returned_minor:
        return []
    steps = Step.objects.filter(
        subject_type=DisbursementRequest.__name__, subject_id=str(row.pk),
        details__has_key="returnedMinor",
    )  # fmt: skip
    totals = {details["returnedMinor"] for details in steps.values_list("details", flat=True)}
    return [f"payout:{row.pk}:returned:{total}" for total in totals | {row.returned_minor}]


def entries(found: QuerySet[Entry]) -> Iterator[Event]:
    """What was booked, line by line."""
    lines = Prefetch("lines", Line.objects.order_by("pk"))
    for entry in found.prefetch_related(lines, "lines__account").order_by("id")[:ROWS_MAX]:
        yield Event(
            at=entry.at,
            source="Ledger",
            title=ENTRY_WORDS[EntryKind(entry.kind)],
            text="; ".join(
                f"{'Dr' if line.debit_minor else 'Cr'} {_book(line.account.code, line.currency)} "
                f"{money.shown(line.debit_minor or line.credit_minor, line.currency)}"
                for line in entry.lines.all()
            ),
            url=reverse("admin:ledger_entry_change", args=[entry.pk]),
            order=3 if entry.kind == EntryKind.HOLD else 10,
        )


def _book(account: str, currency: str) -> str:
    """The account's code without the currency at its end: the amount beside it names it."""
    return account.removesuffix(f":{currency}")


def _body(text: str, may_see_phones: bool) -> str:
    return shown.raw(text, may_see_phones=may_see_phones)
