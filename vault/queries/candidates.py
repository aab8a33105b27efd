"""Reads: whose an unallocated payment might be, and why. A person decides."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count

from core import phones
from gateways.interface import PayerPhone, PhoneForm
from vault.models import AccountReference, Payment, Property, Tenant
from vault.queries.matches import payer_of
from vault.rules import matching
from vault.rules.matching import Clue, Clues, Whom
from vault.states import PaymentStatus

CANDIDATES_MAX = 8
SAME_RENT_MAX = 3
BEFORE = ("payer_form", "payer_phone", "property_id", "tenant_id")


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A property, and where it is known a tenant. The score only orders them."""

    property: Property
    tenant: Tenant | None
    score: int
    why: str


@dataclass(frozen=True, kw_only=True)
class _Roll:
    """Everybody who rents from one partner, what they type, and what was paid before."""

    properties: dict[UUID, Property]
    tenants: dict[UUID, Tenant]
    accounts: Sequence[AccountReference]
    paid_before: Sequence[dict[str, Any]]

    def rent_minor(self, tenant: Tenant) -> int:
        """The tenant's rent, else that of the property."""
        return tenant.rent_minor or self.properties[tenant.property_id].rent_minor


def candidates(payment: Payment) -> list[Candidate]:
    """The likeliest first."""
    return candidates_of([payment])[payment.pk]


def candidates_of(payments: Iterable[Payment]) -> dict[UUID, list[Candidate]]:
    """The same for many, in a handful of queries for each partner: the likeliest first."""
    asked = list(payments)
    found: dict[UUID, list[Candidate]] = {}
    for partner_id in {payment.partner_id for payment in asked}:
        theirs = [payment for payment in asked if payment.partner_id == partner_id]
        roll = _roll(partner_id, {payment.payer_phone for payment in theirs} - {""})
        found |= {payment.pk: _candidates(payment, roll) for payment in theirs}
    return found


def _roll(partner_id: UUID, payer_phones: Collection[str]) -> _Roll:
    properties = Property.objects.filter(partner_id=partner_id).select_related("owner")
    tenants = Tenant.objects.filter(property__partner_id=partner_id, is_active=True)
    before = Payment.objects.filter(
        partner_id=partner_id, payer_phone__in=payer_phones, status=PaymentStatus.ALLOCATED
    ).order_by()
    return _Roll(
        properties={row.pk: row for row in properties},
        tenants={row.pk: row for row in tenants.prefetch_related("phones")},
        accounts=list(AccountReference.objects.filter(property__partner_id=partner_id)),
        paid_before=[dict(row) for row in before.values(*BEFORE).annotate(times=Count("pk"))],
    )


def _candidates(payment: Payment, roll: _Roll) -> list[Candidate]:
    clues = Clues()
    _by_account(payment, roll, clues)
    _by_phone(payment, roll, clues)
    _by_what_was_paid_before(payment, roll, clues)
    _by_name(payment, roll, clues)
    _by_amount(payment, roll, clues)
    found = [_candidate(whom, roll, clues) for whom in clues.everybody()]
    found.sort(key=lambda each: (-each.score, str(each.property), str(each.tenant or "")))
    return found[:CANDIDATES_MAX]


def _by_account(payment: Payment, roll: _Roll, clues: Clues) -> None:
    for row in roll.accounts:
        if row.shortcode_id == payment.shortcode_id:
            clue = matching.account_clue(payment.account_key, row.key, written=row.written)
            tenant_id = row.tenant_id if row.tenant_id in roll.tenants else None
            clues.add((row.property_id, tenant_id), clue)


def _by_phone(payment: Payment, roll: _Roll, clues: Clues) -> None:
    payer, typed = payer_of(payment), _typed_phone(payment)
    for tenant in roll.tenants.values():
        numbers = [phone.msisdn for phone in tenant.phones.all()]
        whom = (tenant.property_id, tenant.pk)
        if typed in numbers:
            clues.add(whom, _phone_clue("their phone was typed as account"))
        if any(payer.may_be(number) for number in numbers):
            clues.add(whom, _payer_clue(payer))


def _by_what_was_paid_before(payment: Payment, roll: _Roll, clues: Clues) -> None:
    asked = (payment.payer_form, payment.payer_phone)
    masked = payment.payer_form == PhoneForm.MASKED
    score = matching.MAYBE_PAID_BEFORE if masked else matching.PAID_BEFORE
    who = "a number like the payer's" if masked else "the payer"
    for row in roll.paid_before:
        if (row["payer_form"], row["payer_phone"]) == asked:
            why = f"{who} paid for it before, {row['times']} times"
            tenant_id = row["tenant_id"] if row["tenant_id"] in roll.tenants else None
            clues.add((row["property_id"], tenant_id), Clue(kind="history", score=score, why=why))


def _by_name(payment: Payment, roll: _Roll, clues: Clues) -> None:
    for tenant in roll.tenants.values():
        clue = matching.name_clue(payment.payer_name, tenant.name)
        clues.add((tenant.property_id, tenant.pk), clue)


def _by_amount(payment: Payment, roll: _Roll, clues: Clues) -> None:
    """Many rents are equal: by itself it points only where few have this one."""
    same = [row for row in roll.tenants.values() if roll.rent_minor(row) == payment.amount_minor]
    clue = Clue(kind="amount", score=matching.SAME_AMOUNT, why="it is exactly the rent")
    for tenant in same:
        whom = (tenant.property_id, tenant.pk)
        if whom in clues or len(same) <= SAME_RENT_MAX:
            clues.add(whom, clue)


def _candidate(whom: Whom, roll: _Roll, clues: Clues) -> Candidate:
    property_id, tenant_id = whom
    said = clues.of(whom, (property_id, None))
    return Candidate(
        property=roll.properties[property_id],
        tenant=roll.tenants[tenant_id] if tenant_id else None,
        score=sum(clue.score for clue in said),
        why="; ".join(clue.why for clue in said),
    )


def _typed_phone(payment: Payment) -> str:
    try:
        return phones.normal_form(payment.account_typed)
    except phones.BadPhone:
        return ""


def _payer_clue(payer: PayerPhone) -> Clue:
    if payer.form is PhoneForm.MASKED:
        why = "the payer's number, as far as it is shown, fits"
        return Clue(kind="payer", score=matching.MAYBE_PHONE, why=why)
    return _phone_clue("it was paid from their phone")


def _phone_clue(why: str) -> Clue:
    return Clue(kind="payer", score=matching.SAME_PHONE, why=why)
