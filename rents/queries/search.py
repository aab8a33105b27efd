"""Find a payment by whatever a person has in hand."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from disbursements.queries.search import amount_in, msisdn_in
from rents.models import ForwardPart
from vault.models import Payment, Prompt

FOUND_MAX = 200
WORDS_MAX = 6
IDS = dict[str, Any]


def found(rows: QuerySet[Payment], *, text: str, may_see_phones: bool) -> QuerySet[Payment]:
    """Rows with exactly this id, receipt, checkout id, or of this phone; else of this amount, or
    whose account begins so, or whose tenant or payer is named so.

    Only what is among `rows` counts as found. Phones are searched only for those who may see
    them: a hit would tell whose a number is.
    """
    term = text.strip()
    if not term:
        return rows
    exact = {pk for ids in _exact(term, may_see_phones) for pk in ids[:FOUND_MAX]}
    if exact and rows.filter(pk__in=exact).exists():
        return rows.filter(pk__in=exact)
    amount = amount_in(term)
    hits = Q(account_typed__istartswith=term) | _named(term)
    if amount is not None:
        hits |= Q(amount_minor=amount)
    return rows.filter(hits)


def _named(term: str) -> Q:
    """Each word stands somewhere in the tenant's name, or each in the payer's."""
    words = term.split()[:WORDS_MAX]
    tenant, payer = Q(), Q()
    for word in words:
        tenant &= Q(tenant__name__icontains=word)
        payer &= Q(payer_name__icontains=word)
    return tenant | payer


def _exact(term: str, may_see_phones: bool) -> Iterator[QuerySet[Any, UUID]]:
    """Queries of ids, each of them by an index."""
    payments, prompts = Payment.objects, Prompt.objects.filter(payment__isnull=False)
    parts = ForwardPart.objects.filter(released_at=None)
    uuid = _uuid(term)
    if uuid:
        yield payments.filter(pk=uuid).values_list("pk", flat=True)
        yield prompts.filter(pk=uuid).values_list("payment_id", flat=True)
        yield parts.filter(forward=uuid).values_list("payment_id", flat=True)
    yield payments.filter(receipt=term.upper()).values_list("pk", flat=True)
    payout: IDS = {"forward__disbursement__receipt": term.upper()}
    yield parts.filter(**payout).values_list("payment_id", flat=True)
    msisdn = msisdn_in(term)
    if may_see_phones:  # M-Pesa writes the phone into its checkout id
        yield prompts.filter(checkout_id=term).values_list("payment_id", flat=True)
    if msisdn and may_see_phones:
        yield payments.filter(payer_phone=msisdn).values_list("pk", flat=True)
        yield prompts.filter(msisdn=msisdn).values_list("payment_id", flat=True)


def _uuid(term: str) -> UUID | None:
    try:
        return UUID(term)
    except ValueError:
        return None
