"""The rent card: received = fee + out, each leg's state, age and ids, and one timeline of both."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.http import HttpRequest
from django.urls import reverse

from core.admin import shown
from core.admin.record import Column, Facts, Headline, Record, Table, Timeline
from rents.admin import words
from rents.models import Forward, ForwardPart
from rents.queries.legs import Leg
from rents.queries.timeline import timeline
from vault.models import Payment, Prompt
from vault.queries.dues import remarks
from vault.queries.fees import platform_terms, rule_in_words
from vault.queries.receipts import receipt_url
from vault.rules import fees
from vault.states import PaymentStatus

PAYOUT = "admin:disbursements_disbursementrequest_change"


@dataclass(frozen=True, kw_only=True)
class LegCard:
    """One leg: its state, since when, and what it is known by."""

    name: str
    status: object
    since: object
    rows: Sequence[tuple[str, object]]


@dataclass(frozen=True, kw_only=True)
class RentCard(Facts):
    """The arithmetic on top, the two legs below."""

    template: ClassVar[str] = "rents/card.html"
    received: object
    fee: object = ""
    fee_words: str = ""
    out: object = ""
    to: str = ""
    legs: Sequence[LegCard] = field(default_factory=tuple)


def record(request: HttpRequest, row: Payment) -> Record:
    """Amount, whose rent, status and next step on top; then the card; then the timeline."""
    may_see = shown.may_see_phones(request)
    prompt = Prompt.objects.filter(payment=row).first()
    leg = words.leg_of(row)
    parts = list(ForwardPart.objects.filter(payment=row).select_related("forward__disbursement"))
    forwards = [part.forward for part in parts]
    return Record(
        headline=Headline(
            kind=f"Rent {row.receipt} of {row.partner}",
            main=shown.amount(row.amount_minor, row.currency),
            beside=words.who(row) if row.property else _payer(row, may_see),
            status=words.payment_status(row),
            meaning=row.MACHINE.meanings[row.status],
            next_step=words.next_step(row, leg),
        ),
        sections=[
            _card(row, leg, prompt, may_see=may_see),
            Facts(title="Whose and why", rows=list(_whose(row, may_see))),
            Timeline(
                title="Timeline",
                events=timeline(
                    payment=row, prompt=prompt, forwards=forwards, may_see_phones=may_see
                ),
                note="Both legs, oldest first: prompt, payment, calls, callbacks, books, forward.",
            ),
            *([_forwards(parts)] if len(parts) > 1 else []),
            Facts(title="Ids and origin", rows=list(_ids(row, prompt, leg))),
        ],
    )


def _payer(row: Payment, may_see: bool) -> object:
    number = words.payer(row, may_see=may_see)
    return shown.two_lines(row.payer_name, number) if row.payer_name else number


def _card(row: Payment, leg: Leg, prompt: Prompt | None, *, may_see: bool) -> RentCard:
    received = shown.amount(row.amount_minor, row.currency)
    legs = [_leg_in(row, prompt, may_see), _leg_out(row, leg)]
    if row.fee_minor is None or row.owed_minor is None:
        return RentCard(title="Received and forwarded", rows=(), received=received, legs=legs)
    return RentCard(
        title="Received and forwarded",
        rows=(),
        received=received,
        fee=shown.amount(row.fee_minor, row.currency),
        fee_words=_fee_words(row),
        out=shown.amount(row.owed_minor, row.currency),
        to=words.receiver(row, may_see=may_see),
        legs=legs,
    )


def _fee_words(row: Payment) -> str:
    """The rule it was split by; of the platform's own fee only what it is today is known."""
    if row.fee_rule is not None:
        return rule_in_words(row.fee_rule)
    today = platform_terms()
    same = fees.fee_of(row.amount_minor, today, currency=row.currency) == row.fee_minor
    return f"{fees.in_words(today)}, for all" if same else "The platform's fee at that time"


def _leg_in(row: Payment, prompt: Prompt | None, may_see: bool) -> LegCard:
    told = {
        "answer to the prompt": row.answered_at, "confirmation": row.confirmed_at,
        "Pull": row.pulled_at,
    }  # fmt: skip
    by = ", ".join(name for name, at in told.items() if at) or "a person"
    rows: list[tuple[str, object]] = [
        ("Receipt", shown.copied(row.receipt, label="receipt")),
        ("Told by", by),
    ]
    if prompt is not None:
        checkout_id = words.checkout_id(prompt, may_see=may_see)
        rows += [
            ("Prompt", shown.link(words.page_of(prompt), words.prompt_status(prompt))),
            ("Checkout id", shown.copied(checkout_id, label="checkout id")),
        ]
    return LegCard(
        name="In", status=words.payment_status(row), since=shown.moment(row.paid_at), rows=rows
    )


def _leg_out(row: Payment, leg: Leg) -> LegCard:
    rows: list[tuple[str, object]] = []
    if leg.disbursement is not None:
        payout = reverse(PAYOUT, args=[leg.disbursement.pk])
        rows += [
            ("Payout", shown.link(payout, leg.disbursement.client_reference)),
            ("Receipt", shown.copied(leg.transaction_id or "", label="payout receipt")),
            ("Conversation id", shown.copied(leg.conversation_id or "", label="conversation id")),
        ]
    if leg.forward is not None:
        rows.append(("Transfer", shown.link(words.page_of(leg.forward), _size(leg.forward))))
    if leg.failure:
        rows.append(("Reason", shown.free_text(leg.failure)))
    since = shown.moment(words.leg_since(row, leg))
    return LegCard(name="Out", status=words.leg_status(leg), since=since, rows=rows)


def _size(forward: Forward) -> str:
    """`KES 28,500.00 of 3 rents`."""
    count = ForwardPart.objects.filter(forward=forward).count()
    rents = "this rent alone" if count == 1 else f"{count} rents"
    return f"{shown.totals({forward.currency: forward.amount_minor})}, {rents}"


def _whose(row: Payment, may_see: bool) -> Iterator[tuple[str, object]]:
    said = remarks([row]).get(row.pk, "")
    if said:
        yield ("Remark", said)
    if row.status == PaymentStatus.ALLOCATED:
        yield ("Tenant", words.link(row.tenant))
        yield ("Property", words.link(row.property))
        yield ("Owner", words.link(row.owner))
        yield ("Allocated by", row.allocated_by)
        yield ("Because", shown.free_text(row.allocated_because, may_see_phones=may_see))
        yield ("Goes to", words.receiver(row, may_see=may_see))
        yield ("Forwarding due", shown.moment(row.forward_due_at))
        yield ("Receipt for the tenant", shown.link(receipt_url(row), "Open"))
    yield ("Payer", _payer(row, may_see))
    yield ("Account typed", shown.free_text(row.account_typed, may_see_phones=may_see) or "none")
    yield ("Method", words.method(row))
    yield ("Paid", shown.moment(row.paid_at))
    yield ("Heard of", shown.moment(row.received_at))


def _ids(row: Payment, prompt: Prompt | None, leg: Leg) -> Iterator[tuple[str, object]]:
    shortcode = reverse("admin:vault_shortcode_change", args=[row.shortcode_id])
    yield ("Our id", shown.copied(str(row.pk), label="our id"))
    yield ("Partner", words.link(row.partner))
    yield ("Paid to shortcode", shown.link(shortcode, row.shortcode))
    if prompt is not None:
        yield ("Prompt's id", shown.copied(str(prompt.pk), label="prompt's id"))
        yield (
            "Merchant request",
            shown.copied(prompt.merchant_request_id, label="merchant request id"),
        )
        yield ("Prompted by", f"{prompt.created_by}, {prompt.origin}")
    if leg.forward is not None:
        yield ("Transfer's id", shown.copied(str(leg.forward.pk), label="transfer's id"))


def _forwards(parts: Sequence[ForwardPart]) -> Table:
    """Every transfer that ever took it on: what was taken back is forwarded anew."""
    rows: list[list[Any]] = [
        [
            shown.link(words.page_of(part.forward), part.forward.disbursement.client_reference),
            words.forward_status(part.forward),
            shown.moment(part.forward.created_at),
            shown.moment(part.released_at),
            shown.amount(part.amount_minor, part.forward.currency),
        ]
        for part in parts
    ]
    return Table(
        title="Transfers",
        columns=[
            Column(label="Payout"), Column(label="State"), Column(label="Made"),
            Column(label="Taken back"), Column(label="Amount", numeric=True),
        ],
        rows=rows,
    )  # fmt: skip
