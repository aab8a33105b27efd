"""Apply how a prompt ended, as M-Pesa reports it: once, to the right prompt, believed as far as
it goes. Answers are unsigned (daraja.md A.14): the path's secret, our id and the amount must
agree, and what does not come from a listed address waits for a query that agrees.
"""

from datetime import datetime
from typing import Any

from django.db import transaction

from core import clock, jobs, money, states
from gateways.interface import Arrival, Delivery, PhoneForm, PromptAnswered
from gateways.interface.received import PAID_CODE
from vault.models import Prompt
from vault.operations import settle_prompt
from vault.operations.record_prompt import (
    CODE_LENGTH_MAX,
    belongs_to_another,
    first_look,
    tell_misfit,
)
from vault.rules import prompting
from vault.states import PROMPT_OPEN, PromptStatus

JOB = "prompts"


def apply_prompt_answer(
    *, event: PromptAnswered, arrival: Arrival, at: datetime
) -> tuple[Delivery, str]:
    """What became of the answer, and the id of the prompt it is about (empty: none)."""
    with transaction.atomic():
        prompt = _of_secret(arrival.secret_digest)
        if prompt is None:
            return Delivery.UNMATCHED, _under_another_secret(event, at)
        if not _same_prompt(prompt, event):
            tell_misfit(prompt, "it names another prompt than its address", at=at)
            return Delivery.UNMATCHED, str(prompt.pk)
        if event.paid:
            return _paid(prompt, event, arrival, at), str(prompt.pk)
        return _failed(prompt, event, arrival, at), str(prompt.pk)


def _of_secret(digest: bytes) -> Prompt | None:
    rows = Prompt.objects.select_for_update(of=("self",))
    return (
        rows.select_related("shortcode", "property", "tenant").filter(secret_digest=digest).first()
    )


def _under_another_secret(event: PromptAnswered, at: datetime) -> str:
    """An answer about a prompt of ours that did not come to that prompt's address."""
    rows = Prompt.objects.select_for_update(of=("self",))
    prompt = rows.filter(checkout_id=event.checkout_id).first()
    if prompt is None:
        return ""
    tell_misfit(prompt, "it came under another secret", at=at)
    return str(prompt.pk)


def _same_prompt(prompt: Prompt, event: PromptAnswered) -> bool:
    """Whether the ids agree. Before our acknowledgement is recorded, they are taken over."""
    if prompt.checkout_id is None:
        if belongs_to_another(prompt, event.checkout_id):
            return False
        prompt.checkout_id = event.checkout_id
        prompt.merchant_request_id = event.merchant_request_id[:100]
        prompt.save(update_fields=["checkout_id", "merchant_request_id"])
        return True
    ours, theirs = prompt.merchant_request_id, event.merchant_request_id[:100]
    return prompt.checkout_id == event.checkout_id and (not ours or theirs in ("", ours))


def _paid(prompt: Prompt, event: PromptAnswered, arrival: Arrival, at: datetime) -> Delivery:
    oddity = _oddity(prompt, event)
    if oddity:
        settle_prompt.contradicted(prompt, oddity, at=at)
        _ask_soon(prompt, at)
        return Delivery.CONTRADICTORY
    if prompt.status == PromptStatus.PAID:
        return _paid_again(prompt, event, arrival, at)
    if not arrival.source_listed:
        return _await_query(prompt, event, at)
    if prompt.receipt and event.receipt and prompt.receipt != event.receipt:
        # What came from elsewhere before was not acted on: this one is believed.
        settle_prompt.contradicted(prompt, f"{prompt.receipt} or {event.receipt}", at=at)
    settle_prompt.paid(
        prompt, receipt=event.receipt, paid_at=event.paid_at, at=at,
        because=f"paid, receipt {event.receipt}" if event.receipt else "paid, no receipt told",
    )  # fmt: skip
    return Delivery.APPLIED


def _paid_again(prompt: Prompt, event: PromptAnswered, arrival: Arrival, at: datetime) -> Delivery:
    if not event.receipt:
        return Delivery.DUPLICATE
    same = prompt.payment_id is not None and event.receipt == prompt.receipt
    dispels = arrival.source_listed and settle_prompt.is_doubted(event.receipt)
    if same and not dispels:
        return Delivery.DUPLICATE
    if same or (prompt.payment_id is None and prompt.receipt in ("", event.receipt)):
        taken = settle_prompt.take_in(
            prompt, receipt=event.receipt, paid_at=event.paid_at, at=at,
            trusted=arrival.source_listed,
        )  # fmt: skip
        return Delivery.APPLIED if taken else Delivery.CONTRADICTORY
    settle_prompt.contradicted(prompt, f"paid again, as {event.receipt}", at=at)
    return Delivery.CONTRADICTORY


def _await_query(prompt: Prompt, event: PromptAnswered, at: datetime) -> Delivery:
    """Not from a listed address: remembered, and a query must agree."""
    if prompt.code == PAID_CODE and prompt.receipt == event.receipt:
        return Delivery.DUPLICATE
    prompt.code, prompt.receipt = PAID_CODE, event.receipt
    prompt.save(update_fields=["code", "receipt"])
    states.note(prompt, at=at, because="reported paid from elsewhere: a query must agree")
    _ask_soon(prompt, at)
    return Delivery.APPLIED


def _failed(prompt: Prompt, event: PromptAnswered, arrival: Arrival, at: datetime) -> Delivery:
    words = f"{event.code} {event.text}".strip()
    if prompt.status == PromptStatus.FAILED:
        return Delivery.DUPLICATE
    if prompt.code == PAID_CODE:  # paid, or reported so from elsewhere
        settle_prompt.contradicted(prompt, f"failure {words} after it was told as paid", at=at)
        _ask_soon(prompt, at)
        return Delivery.CONTRADICTORY
    if not arrival.source_listed:
        states.note(prompt, at=at, because=f"reported from elsewhere: {words}"[:500])
        _ask_soon(prompt, at)
        return Delivery.APPLIED
    if settle_prompt.is_final(code=event.code, text=event.text, at=at):
        settle_prompt.failed(
            prompt, code=event.code, text=event.text, because=f"reported: {words}", at=at,
            ask_at=at + clock.scaled(prompting.CONFIRM_AFTER),
        )  # fmt: skip
        return Delivery.APPLIED
    return _no_verdict(prompt, event, at)


def _no_verdict(prompt: Prompt, event: PromptAnswered, at: datetime) -> Delivery:
    """A code that says neither: it is asked about."""
    if prompt.code == event.code[:CODE_LENGTH_MAX]:
        return Delivery.DUPLICATE
    told: dict[str, Any] = {"code": event.code[:CODE_LENGTH_MAX], "text": event.text}
    because = f"reported: {event.code} {event.text}"[:500]
    if prompt.status in (PromptStatus.ASKING, PromptStatus.WAITING):
        states.advance(
            prompt, to=PromptStatus.UNKNOWN, at=at, because=because,
            ask_at=first_look(prompt, at=at), **told,
        )  # fmt: skip
        return Delivery.APPLIED
    for name, value in told.items():
        setattr(prompt, name, value)
    prompt.save(update_fields=[*told])
    states.note(prompt, at=at, because=because)
    return Delivery.APPLIED


def _oddity(prompt: Prompt, event: PromptAnswered) -> str:
    """What a success says differently from what was asked; empty when it fits."""
    if event.amount_minor is not None and event.amount_minor != prompt.amount_minor:
        told = money.shown(event.amount_minor, prompt.currency)
        return f"{told} paid, but {money.shown(prompt.amount_minor, prompt.currency)} asked for"
    if event.payer.form is PhoneForm.FULL and not event.payer.may_be(prompt.msisdn):
        return "another phone paid than was prompted"
    return ""


def _ask_soon(prompt: Prompt, at: datetime) -> None:
    """At once, where the answer can still change anything; the query is what is believed."""
    if prompt.status == PromptStatus.PAID:
        return
    if prompt.ask_at is None or prompt.ask_at > at or prompt.status not in PROMPT_OPEN:
        prompt.ask_at = at
        prompt.save(update_fields=["ask_at"])
    jobs.after_commit(JOB)
