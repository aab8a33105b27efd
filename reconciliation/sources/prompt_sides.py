"""The sides of one prompt, and what of them no general rule sees."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from core import clock, money
from gateways import kept_answers
from gateways.interface import PhoneForm, PromptAnswered, PromptStanding, PromptState
from gateways.models import Call
from reconciliation.models import FindingKind
from reconciliation.rules.sides import Difference, Record, Side, Standing
from reconciliation.sources import prompt_rows
from reconciliation.sources.code_verdicts import Verdicts
from reconciliation.sources.prompt_rows import PUSH, Prompted, account_of
from reconciliation.sources.told import Told
from vault.models import Payment, Prompt
from vault.rules import prompting
from vault.states import PROMPT_OPEN, PromptStatus

API = "stk"
CONCLUSIVE = (Standing.PAID, Standing.NOT_PAID)


def record_of(prompt: Prompted, *, kind: str, at: datetime) -> Record:
    """All that is told of it."""
    row, told = prompt.row, list(_told(prompt))
    return Record(
        kind=kind, subject_id=prompt.id, partner_id=str(row.partner_id),
        reference=row.receipt or account_of(row), row=_row_side(prompt, told), book=None,
        others=tuple(told), settled_by=_settled_by(prompt),
        problems=tuple(_problems(prompt, told, at)),
        details=dict(prompt_rows.details(row, kind=kind)),
    )  # fmt: skip


def _row_side(prompt: Prompted, told: Sequence[Side]) -> Side:
    row = prompt.row
    return Side(
        name="our record", source="row", standing=_standing(prompt, told),
        amount_minor=row.amount_minor, currency=row.currency, receipt=row.receipt,
        is_final=row.status not in PROMPT_OPEN, at=row.status_at,
    )  # fmt: skip


def _standing(prompt: Prompted, told: Sequence[Side]) -> Standing:
    """Paid once the money is here. What expired without a word of anybody is still open."""
    row = prompt.row
    if row.status == PromptStatus.PAID:
        return Standing.OPEN if prompt.payment is None else Standing.PAID
    if row.status == PromptStatus.FAILED:
        return Standing.NOT_PAID
    said = any(each.standing in CONCLUSIVE and not each.is_hearsay for each in told)
    if row.status == PromptStatus.EXPIRED and said:
        return Standing.NOT_PAID
    return Standing.OPEN


def _settled_by(prompt: Prompted) -> datetime | None:
    """A prompt without an answer is late; of a paid one whose money is not here see _problems."""
    return None if prompt.row.status == PromptStatus.PAID else prompt.ends_by


def _told(prompt: Prompted) -> Iterator[Side]:
    """Everything, in the order of time. What a question settled later overtakes hearsay."""
    sides = [] if prompt.payment is None else [_payment_side(prompt.payment)]
    sides += [_callback(each, prompt.row, prompt.verdicts) for each in prompt.told]
    sides += [side for call in prompt.calls for side in _call(call, prompt)]
    sides.sort(key=lambda each: each.at or prompt.row.created_at)
    asked = [each.at for each in sides if each.source == "status" and each.standing in CONCLUSIVE]
    last_asked_at = max((each for each in asked if each), default=None)
    before: Side | None = None
    for side in sides:
        overtaken = side.is_hearsay and last_asked_at and side.at and side.at < last_asked_at
        word = replace(side, name="", at=None)
        if not overtaken and word != before:
            before = word
            yield side


def _callback(told: Told, row: Prompt, verdicts: Verdicts) -> Side:
    event: PromptAnswered = told.event
    ours = told.secret_digest == bytes(row.secret_digest)
    amount_minor = event.amount_minor if event.paid else None
    return Side(
        name=told.name, source="callback",
        standing=_verdict(event.code, event.text, verdicts, paid=event.paid),
        amount_minor=amount_minor, currency=row.currency if amount_minor is not None else "",
        receipt=event.receipt, is_final=event.paid,
        is_hearsay=not told.source_listed or not ours, at=told.at,
    )  # fmt: skip


def _call(call: Call, prompt: Prompted) -> Iterator[Side]:
    """An answer to a question; of the push only that it was not taken."""
    if call.kind == PUSH:
        if prompt.row.status == PromptStatus.FAILED and prompt.row.checkout_id is None:
            yield Side(
                name="M-Pesa's answer to the push", source="answer", standing=Standing.NOT_PAID,
                is_final=True, at=call.started_at,
            )  # fmt: skip
        return
    answer = kept_answers.prompt_standing(call)
    if answer is not None:
        yield Side(
            name="M-Pesa's answer to our question", source="status",
            standing=_of_answer(answer, prompt.verdicts), at=call.started_at,
            is_final=answer.state is PromptState.ANSWERED,
        )  # fmt: skip


def _of_answer(answer: PromptStanding, verdicts: Verdicts) -> Standing:
    """That an id is not known is never proof that nobody paid (daraja.md 2.3)."""
    if answer.state is PromptState.PENDING:
        return Standing.OPEN
    if answer.state is PromptState.NOT_FOUND:
        return Standing.SILENT
    return _verdict(answer.code, answer.text, verdicts, paid=answer.paid)


def _verdict(code: str, text: str, verdicts: Verdicts, *, paid: bool) -> Standing:
    if paid:
        return Standing.PAID
    failed = verdicts.is_failure(api=API, code=code, text=text)
    return Standing.NOT_PAID if failed else Standing.OPEN


def _payment_side(payment: Payment) -> Side:
    return Side(
        name=f"our payment {payment.receipt}", source="row", standing=Standing.PAID,
        amount_minor=payment.amount_minor, currency=payment.currency, receipt=payment.receipt,
        is_final=True, at=payment.received_at,
    )  # fmt: skip


def _problems(prompt: Prompted, told: Sequence[Side], at: datetime) -> Iterator[Difference]:
    yield from _paid_and_not_here(prompt, at)
    yield from _late(prompt, told, at)
    yield from _paid_by_another(prompt)


def _paid_and_not_here(prompt: Prompted, at: datetime) -> Iterator[Difference]:
    """M-Pesa has the money, and nobody told us its receipt."""
    row = prompt.row
    missed_at = row.status_at + clock.scaled(prompting.RECEIPT_MISSED_AFTER)
    if row.status != PromptStatus.PAID or prompt.payment is not None or at < missed_at:
        return
    yield Difference(
        kind=FindingKind.MISSING_HERE,
        text=f"M-Pesa says that the prompt for {account_of(row)} was paid, and its payment has "
        "not come in",
        here={"payment": "none"},
        there={"status": "paid", "amount": _shown(row), **_named(row.receipt)},
        there_name="M-Pesa",
        stake_minor=row.amount_minor,
        currency=row.currency,
        is_loss=True,
    )


def _late(prompt: Prompted, told: Sequence[Side], at: datetime) -> Iterator[Difference]:
    """In the words of a prompt; the general rule says the same of any story."""
    row = prompt.row
    silent = row.status in PROMPT_OPEN or row.status == PromptStatus.EXPIRED
    if not silent or any(each.standing in CONCLUSIVE for each in told) or at <= prompt.ends_by:
        return
    yield Difference(
        kind=FindingKind.LATE,
        text=f"Nobody told how the prompt for {account_of(row)} ended: it may have been paid",
        here={"status": row.status, "asked": f"{row.asked_times} times"},
        there={"status": "nothing"},
        there_name="M-Pesa",
        stake_minor=row.amount_minor,
        currency=row.currency,
    )


def _paid_by_another(prompt: Prompted) -> Iterator[Difference]:
    """The answer names a whole phone, and it is not the one that was prompted."""
    row = prompt.row
    for told in prompt.told:
        payer = told.event.payer
        believed = told.source_listed and told.event.paid
        if not believed or payer.form is not PhoneForm.FULL or payer.may_be(row.msisdn):
            continue
        yield Difference(
            kind=FindingKind.WRONG_BENEFICIARY,
            about="payer",
            text=f"{told.name} names another phone than was prompted",
            here={"phone": f"ends in {row.msisdn[-3:]}"},
            there={"phone": f"ends in {payer.text[-3:]}"},
            there_name=told.name,
            stake_minor=row.amount_minor,
            currency=row.currency,
        )
        return


def _named(receipt: str) -> dict[str, str]:
    return {"receipt": receipt} if receipt else {}


def _shown(row: Prompt) -> str:
    return money.shown(row.amount_minor, row.currency)
