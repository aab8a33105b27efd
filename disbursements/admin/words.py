"""Payouts in words: the colour of a status, the reason, and what happens next."""

from typing import Any
from uuid import UUID

from django.utils.html import format_html
from django.utils.safestring import SafeString

from core import clock
from core.admin import shown
from disbursements.models import DisbursementRequest, Pause, PauseScope
from disbursements.queries.result_codes import CodeTable, InWords
from disbursements.queries.timeline import TONES
from disbursements.rules.rail_words import is_stripe, provider
from disbursements.states import MEANINGS, DisbursementStatus
from vault.models import Partner, Shortcode

S = DisbursementStatus

REFERENCE_SHOWN = len("payout:12345678")
WAITS_TO_BE_SENT = frozenset({S.QUEUED, S.RETRYING})
LOOKS_AT = {"loan": "Mifos X"}  # where an origin looks before each of its payouts leaves
EXPLAINED = frozenset({S.FAILED, S.PARKED, S.RETRYING, S.UNKNOWN})


def status(row: DisbursementRequest) -> SafeString:
    """The status as dot, word and colour, its meaning on hover."""
    return shown.status(row.status, meaning=MEANINGS[row.status], tone=TONES[row.status])


def reason(row: DisbursementRequest) -> str:
    """Why it stands where it stands, in plain words; empty where there is nothing to say."""
    if row.person_needed_at:
        return row.person_needed_because
    if waits_for_a_look(row):
        waits = f"waits for a look at {_looked_at(row)}"
        return f"{row.retry_reason}; {waits}" if row.retry_reason else waits
    if row.status == S.FAILED:
        return row.retry_reason or coded(row.failure_code, row.failure_text)
    if row.status == S.PARKED:
        return row.retry_reason or f"Waits for {row.parked_cause}"
    if row.status == S.RETRYING:
        return row.retry_reason
    if row.status == S.UNKNOWN:
        return coded(row.failure_code, row.failure_text) or (
            f"No clear answer from {provider(row.rail)} yet"
        )
    return ""


def waits_for_a_look(row: DisbursementRequest) -> bool:
    """Whether it is due, and its origin has to look first whether it is still right."""
    due_at = row.next_retry_at if row.status == S.RETRYING else row.due_at
    return (
        row.cleared_until is not None
        and row.status in WAITS_TO_BE_SENT
        and due_at is not None
        and row.cleared_until <= max(due_at, clock.now())
    )


def _looked_at(row: DisbursementRequest) -> str:
    return LOOKS_AT.get(row.origin, row.origin)


def reason_with_side(row: DisbursementRequest, said: InWords) -> Any:
    """The reason, and below it whose side it is on; what to do on hover. Phones masked."""
    text = shown.free_text(reason(row))
    if not text or not row.failure_code or row.status not in EXPLAINED or not said.named:
        return text
    return format_html(
        '<span class="pv-two" title="{}"><span>{}</span><span class="pv-subtle">{}</span></span>',
        shown.free_text(said.to_do),
        text,
        said.side,
    )


def reference(row: DisbursementRequest) -> SafeString | str:
    """The partner's reference; of a transfer, whose reference is long, the beginning of it."""
    if not is_stripe(row.rail):
        return row.client_reference
    start = row.client_reference[:REFERENCE_SHOWN]
    return format_html('<span title="{}">{}…</span>', row.client_reference, start)


def payee(row: DisbursementRequest) -> Any:
    """Name and phone, the phone always masked in lists; a business's number; a winner's user."""
    number = row.payee_user or row.business or shown.phone(row.msisdn, may_see=False)
    return shown.two_lines(row.payee_name, number) if row.payee_name else number


def coded(code: str, text: str) -> str:
    """`text (code)`."""
    return f"{text} ({code})" if code and text else text or code


def cause(text: str, codes: CodeTable) -> str:
    """`b2c:1:600110` as `600110: Not enough money in the wallet (1)`."""
    api, code, shortcode = [*text.split(":", 2), "", ""][:3]
    if not code:
        return text
    happened = codes.in_words(code=code, api=api).reason
    return f"{shortcode}: {happened}" if shortcode else happened


def next_try(row: DisbursementRequest) -> Any:
    """When we act next by ourselves, and how."""
    if row.status == S.RETRYING and row.next_retry_at:
        return shown.two_lines(shown.moment(row.next_retry_at), "sends again")
    if row.status in {S.ACCEPTED, S.UNKNOWN} and row.ask_at:
        return shown.two_lines(shown.moment(row.ask_at), f"asks {provider(row.rail)}")
    if row.status in {S.HELD, S.QUEUED} and row.due_at > clock.now():
        return shown.two_lines(shown.moment(row.due_at), "may be sent")
    return shown.NOTHING


def next_step(row: DisbursementRequest, *, pause: Pause | None) -> str:
    """One or two sentences: what happens next, and whether a person has to do anything."""
    if row.person_needed_at:
        return f"A person is needed: {row.person_needed_because}. " + _next(row, pause)
    return _next(row, pause)


def _next(row: DisbursementRequest, pause: Pause | None) -> str:
    if pause is not None and row.status in {S.QUEUED, S.RETRYING}:
        return f"Nothing, while sending is paused ({target_text(pause)}): {pause.reason}"
    if waits_for_a_look(row):
        look = f"It is sent once {_looked_at(row)} still says the same: it is looked at"
        return _when(look, row.next_retry_at or row.due_at, "")
    name = provider(row.rail)
    sentences = {
        S.HELD: "It is sent by itself as soon as the account may receive."
        if is_stripe(row.rail)
        else "It waits and is not sent until it is let go.",
        S.QUEUED: _when("It is sent", row.due_at, "It is sent within minutes."),
        S.SENDING: f"The call to {name} is under way. If it is lost, we ask before anything else.",
        S.ACCEPTED: _when(f"{name} will tell us. If it does not, we ask", row.ask_at,
                          f"{name} will tell us, or we ask."),
        S.UNKNOWN: _when(f"We ask {name} again", row.ask_at,
                         "We no longer ask by ourselves: settle it with proof."),
        S.RETRYING: _when("It is sent again by itself", row.next_retry_at, ""),
        S.PARKED: f"Put the cause right, then {'resume' if pause else 'release'}: "
        "it is sent again without using up a retry.",
        S.COMPLETED: "Nothing: it is paid.",
        S.FAILED: "Nothing by itself. It is proven not paid: a person may have it tried again.",
        S.CANCELLED: "Nothing: it was withdrawn.",
        S.RETURNED: "Nothing: the money came back.",
    }  # fmt: skip
    return sentences[DisbursementStatus(row.status)]


def _when(words: str, at: Any, otherwise: str) -> str:
    if at is None:
        return otherwise
    if at <= clock.now():
        return f"{words} within minutes: it is due."
    return f"{words} {shown.relative(at)}, at {shown.absolute(at)}."


def target_text(pause: Pause) -> str:
    """What a pause covers, by name."""
    if pause.scope == PauseScope.EVERYTHING:
        return "everything"
    try:
        target: Partner | Shortcode | None = None
        if pause.scope == PauseScope.PARTNER:
            target = Partner.objects.filter(pk=UUID(pause.target)).first()
        if pause.scope == PauseScope.SHORTCODE:
            target = Shortcode.objects.filter(pk=UUID(pause.target)).first()
    except ValueError:
        target = None
    return f"{pause.scope} {target or pause.target}"
