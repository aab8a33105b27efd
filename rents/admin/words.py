"""Rents in words: the colour of a state, who paid, where it goes, and what happens next."""

from collections.abc import Mapping
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString

from core import clock, masking, money
from core.admin import shown
from disbursements.admin import words as payout_words
from disbursements.models import WhoseSide
from disbursements.queries.result_codes import GATEWAY, CodeTable, InWords
from gateways.interface import PhoneForm
from rents.models import Forward
from rents.queries.legs import Leg, is_not_forwarded, leg
from rents.queries.timeline import FORWARD_TONES, PAYMENT_TONES, PROMPT_TONES
from rents.states import LegacyStatus
from vault.models import Method, Payment, Prompt
from vault.queries.forwarding import plan_of
from vault.rules import receivers
from vault.states import PaymentStatus

L = LegacyStatus
LEG_TONES: Mapping[str, str] = {
    L.PENDING: shown.WAIT,
    L.PROCESSING: shown.WAIT,
    L.COMPLETED: shown.GOOD,
    L.FAILED: shown.BAD,
    L.NOT_REQUIRED: shown.MUTE,
}
LEG_WORDS: Mapping[str, str] = {
    L.PENDING: "Not forwarded yet",
    L.PROCESSING: "On its way",
    L.COMPLETED: "Forwarded",
    L.FAILED: "Forwarding failed",
    L.NOT_REQUIRED: "Not forwarded here",
}
LEG_MEANINGS: Mapping[str, str] = {
    L.PENDING: "Received, and not handed to a payout yet.",
    L.PROCESSING: "Handed to a payout that is queued, under way or asked about.",
    L.COMPLETED: "The owner has the money; the payout's receipt is on record.",
    L.FAILED: "The payout is proven not paid.",
    L.NOT_REQUIRED: "Nothing leaves from here: cash, returned, or settled outside.",
}


__all__ = ["is_not_forwarded"]


def leg_of(row: Payment) -> Leg:
    """How the way to the owner stands, read once for each page."""
    if "leg_out" not in vars(row):
        vars(row)["leg_out"] = leg(row)
    found: Leg = vars(row)["leg_out"]
    return found


def leg_since(row: Payment, found: Leg) -> datetime:
    """Since when it stands there: of what is not forwarded, since it was paid."""
    if found.at is not None:
        return found.at
    return found.forward.status_at if found.forward else row.paid_at


def payment_status(row: Payment) -> SafeString:
    """The state of the money received, its meaning on hover."""
    meaning = row.MACHINE.meanings[row.status]
    return shown.status(row.status, meaning=meaning, tone=PAYMENT_TONES[row.status])


def prompt_status(row: Prompt) -> SafeString:
    """The state of a prompt, its meaning on hover."""
    meaning = row.MACHINE.meanings[row.status]
    return shown.status(row.status, meaning=meaning, tone=PROMPT_TONES[row.status])


def forward_status(row: Forward) -> SafeString:
    """The state of a transfer, its meaning on hover."""
    meaning = row.MACHINE.meanings[row.status]
    return shown.status(row.status, meaning=meaning, tone=FORWARD_TONES[row.status])


def leg_status(found: Leg) -> SafeString:
    """How the way to the owner stands, its meaning on hover."""
    status = str(found.status)
    return shown.status(LEG_WORDS[status], meaning=LEG_MEANINGS[status], tone=LEG_TONES[status])


def shown_money(row: Payment) -> str:
    """`KES 10,000.00`, what was received."""
    return money.shown(row.amount_minor, row.currency)


def payer(row: Payment, *, may_see: bool = False) -> object:
    """The payer's number as far as it was told, and as far as the person may see it."""
    if row.payer_form == PhoneForm.FULL and row.payer_phone:
        return shown.phone(row.payer_phone, may_see=may_see)
    if row.payer_form == PhoneForm.HASHED:
        return f"number hidden by M-Pesa ({row.payer_phone[:8]}…)"
    return row.payer_phone or shown.NOTHING


def said(codes: CodeTable, *, api: str, code: str, text: str) -> InWords:
    """What an answer means: by the results of `api`, else by the gateway's own codes."""
    found = codes.in_words(api=api, code=code, text=text)
    return found if found.named else codes.in_words(api=GATEWAY, code=code, text=text)


def side_of_prompt(said: InWords) -> str:
    """On whose side it lay: the one who is asked for rent is the payer, not a payee."""
    return "On the payer's side" if said.whose_side == WhoseSide.PAYEE else said.side


def checkout_id(row: Prompt, *, may_see: bool) -> str:
    """M-Pesa's id of the prompt, which ends in the phone: hidden as the phone is."""
    text = row.checkout_id or ""
    return text if may_see else masking.without_phones(text)


def who(row: Payment | Prompt) -> object:
    """The tenant and the property, as far as they are known."""
    if row.property is None:
        return "Nobody's yet"
    if row.tenant is None:
        return row.property.name
    unit = f", {row.tenant.unit}" if row.tenant.unit else ""
    return shown.two_lines(row.tenant.name, f"{row.property.name}{unit}")


def method(row: Payment) -> str:
    """M-Pesa or cash."""
    return str(Method(row.method).label)


def receiver(row: Payment, *, may_see: bool = False) -> str:
    """`paybill 600222, account PROP001`, a phone masked where it must be."""
    found = receivers.Receiver(
        paid_to=row.paid_to, receiver_number=row.receiver_number,
        receiver_account=row.receiver_account, receiver_msisdn=row.receiver_msisdn,
    )  # fmt: skip
    text = receivers.in_words(found) if row.paid_to else shown.NOTHING
    if row.receiver_msisdn and not may_see:
        return f"M-Pesa phone {masking.masked_phone(row.receiver_msisdn)}"
    return text


def receiver_today(row: Payment) -> str:
    """Where the property's rent goes by what is said today, a phone masked."""
    if row.property is None:
        return receiver(row)
    found = plan_of(row.property).receiver
    if found.receiver_msisdn:
        return f"M-Pesa phone {masking.masked_phone(found.receiver_msisdn)}"
    return receivers.in_words(found)


def next_step(row: Payment, found: Leg) -> str:
    """One or two sentences: what happens next, and whether a person has to do anything."""
    if row.status == PaymentStatus.UNALLOCATED:
        return "A person says whose rent it is: allocate it. Until then it belongs to nobody."
    if row.status == PaymentStatus.RETURNED:
        return "Nothing: it was given back to the payer."
    if found.status == L.PROCESSING and found.disbursement is not None:
        return payout_words.next_step(found.disbursement, pause=None)
    return {
        L.PENDING: _pending(row),
        L.PROCESSING: "Its payout is under way.",
        L.COMPLETED: "Nothing: the owner has it.",
        L.FAILED: "Nothing by itself. It is proven not paid: retry it, or put the receiver right "
        "and resend the payout.",
        L.NOT_REQUIRED: "Nothing: no money leaves from here for it.",
    }[LegacyStatus(found.status)]


def _pending(row: Payment) -> str:
    if row.forward_due_at is None:
        return "It waits until a person forwards it."
    if row.forward_due_at <= clock.now():
        return "It is due and is forwarded within minutes, once the owner's minimum is reached."
    moment = f"{shown.relative(row.forward_due_at)}, at {shown.absolute(row.forward_due_at)}"
    return f"It is forwarded {moment}."


def heading(opts: Any, title: str) -> SimpleNamespace:
    """What unfold makes the heading of a page of its own of."""
    return SimpleNamespace(
        app_label=opts.app_label,
        app_config=opts.app_config,
        model_name=opts.model_name,
        verbose_name_plural=title,
    )


def rents(count: int) -> str:
    """`1 rent`, `12 rents`."""
    return f"{count:,} {'rent' if count == 1 else 'rents'}"


def page_of(row: Any) -> str:
    """The address of the row's own page."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def link(row: Any) -> object:
    """The row by name, leading to its page."""
    return shown.NOTHING if row is None else shown.link(page_of(row), row)
