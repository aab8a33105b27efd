"""Reads: prompts that wait, that are due to be asked about, that fit a payment."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, Min, OuterRef, QuerySet

from gateways.interface import PayerPhone, PhoneForm
from vault.models import Method, Payment, Prompt
from vault.rules import prompting
from vault.rules.accounts import account_key
from vault.states import PROMPT_OPEN, PromptStatus


def waiting(*, partners: Collection[UUID] | None) -> QuerySet[Prompt]:
    """Prompts whose outcome is open, newest first; `partners` None: of all."""
    rows = Prompt.objects.filter(status__in=PROMPT_OPEN).order_by("-created_at", "-id")
    return rows if partners is None else rows.filter(partner_id__in=partners)


def open_on(*, msisdn: str) -> Prompt | None:
    """The prompt that stands on this phone."""
    return Prompt.objects.filter(msisdn=msisdn, status__in=PROMPT_OPEN).first()


def same_since(*, msisdn: str, amount_minor: int, since: datetime) -> Prompt | None:
    """The latest prompt of this amount on this phone that may have reached it."""
    rows = Prompt.objects.filter(
        msisdn=msisdn, amount_minor=amount_minor, created_at__gt=since
    ).exclude(status=PromptStatus.FAILED, checkout_id=None)
    return rows.order_by("-created_at").first()


def by_person_since(*, partner_id: UUID, actor: str, since: datetime) -> Sequence[datetime]:
    """When this person prompted somebody, oldest first."""
    rows = Prompt.objects.filter(partner_id=partner_id, created_by=actor, created_at__gt=since)
    return list(rows.order_by("created_at").values_list("created_at", flat=True))


def due(*, at: datetime, resting: Collection[UUID] = ()) -> QuerySet[Prompt]:
    """Prompts to look after now, the longest due first, but for these shortcodes."""
    rows = Prompt.objects.filter(ask_at__lte=at).exclude(shortcode_id__in=resting)
    return rows.order_by("ask_at", "id")


def next_moment() -> datetime | None:
    """When the next prompt is due; None: nothing waits."""
    found: datetime | None = Prompt.objects.aggregate(first=Min("ask_at"))["first"]
    return found


def without_payment(*, payment: Payment) -> QuerySet[Prompt]:
    """Prompts known to be paid whose payment this can be, but for the payer's phone."""
    rows = Prompt.objects.filter(
        partner_id=payment.partner_id, shortcode_id=payment.shortcode_id,
        status=PromptStatus.PAID, payment=None,
        amount_minor=payment.amount_minor, currency=payment.currency,
        receipt__in=("", payment.receipt),
        created_at__gte=payment.paid_at - _late(payment),
        created_at__lte=payment.paid_at + _early(payment),
    )  # fmt: skip
    return rows.order_by("created_at", "id")


def without_prompt(*, prompt: Prompt) -> Sequence[Payment]:
    """Payments that can only be this paid prompt's, by receipt or by all else together."""
    linked = Prompt.objects.filter(payment=OuterRef("pk"))
    rows = Payment.objects.filter(
        ~Exists(linked), partner_id=prompt.partner_id, method=Method.MPESA,
        shortcode_id=prompt.shortcode_id, amount_minor=prompt.amount_minor,
        currency=prompt.currency,
        received_at__gte=prompt.created_at - prompting.CLOCKS_APART,
    )  # fmt: skip
    return [payment for payment in rows.order_by("received_at", "id") if fits(prompt, payment)]


def another_fits(prompt: Prompt, payment: Payment) -> bool:
    """Whether the payment may be that of another prompt, open or ended, as well."""
    rows = Prompt.objects.filter(
        partner_id=prompt.partner_id, payment=None, shortcode_id=payment.shortcode_id,
        amount_minor=payment.amount_minor, created_at__gte=payment.paid_at - _late(payment),
    )  # fmt: skip
    return any(fits(other, payment) for other in rows.exclude(pk=prompt.pk))


def fits(prompt: Prompt, payment: Payment) -> bool:
    """Whether a payment of the same shortcode and amount can be the prompt's.

    The same receipt says so; without one the account, the time and the payer's phone together.
    """
    if prompt.receipt:
        return prompt.receipt == payment.receipt
    payer = PayerPhone(
        form=PhoneForm(payment.payer_form or PhoneForm.ABSENT), text=payment.payer_phone
    )
    earliest_at = prompt.created_at - _early(payment)
    latest_at = prompt.created_at + _late(payment)
    return (
        earliest_at <= payment.paid_at <= latest_at
        and account_key(prompt.account) == payment.account_key
        and payer.may_be(prompt.msisdn)
    )


def _early(payment: Payment) -> timedelta:
    return _pulled_only(payment) + prompting.CLOCKS_APART


def _late(payment: Payment) -> timedelta:
    return _pulled_only(payment) + prompting.ANSWERED_WITHIN


def _pulled_only(payment: Payment) -> timedelta:
    """The time that Pull tells may be three hours off (daraja.md 13, 11)."""
    told_else = payment.confirmed_at or payment.answered_at
    return timedelta() if told_else else prompting.PULL_HOURS_OFF
