"""Find a payout by whatever a person has in hand."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from core import money, phones
from disbursements.models import DisbursementRequest, DisbursementRetryLog
from gateways.interface import Rail
from vault.models import Partner

FOUND_MAX = 200
_AMOUNT = re.compile(r"(?:[A-Za-z]{3}\s+)?([0-9][0-9,]*(?:\.[0-9]{1,2})?)", re.ASCII)
_SUFFIX_WITHOUT_ZERO = re.compile(r"[17][0-9]{8}", re.ASCII)


def found(
    rows: QuerySet[DisbursementRequest], *, text: str, may_see_phones: bool
) -> QuerySet[DisbursementRequest]:
    """Rows with exactly this id, reference, receipt or phone; else this amount or name part.

    Phones are searched only for those who may see them: a hit would tell whose a number is.
    """
    term = text.strip()
    if not term:
        return rows
    exact = {pk for ids in _exact(term, may_see_phones) for pk in ids[:FOUND_MAX]}
    if exact:
        return rows.filter(pk__in=exact)
    amount = amount_in(term)
    if amount is not None:
        return rows.filter(amount_minor=amount)
    return rows.filter(Q(payee_name__icontains=term) | Q(client_reference__istartswith=term))


def _exact(term: str, may_see_phones: bool) -> Iterator[QuerySet[Any, UUID]]:
    """Queries of ids, each of them by an index."""
    rows, attempts = DisbursementRequest.objects, DisbursementRetryLog.objects
    uuid = _uuid(term)
    if uuid:
        yield rows.filter(pk=uuid).values_list("pk", flat=True)
        yield attempts.filter(pk=uuid).values_list("disbursement_id", flat=True)
    partners = list(Partner.objects.values_list("pk", flat=True))
    yield rows.filter(partner__in=partners, client_reference=term).values_list("pk", flat=True)
    rails = [rail.value for rail in Rail]
    yield rows.filter(rail__in=rails, receipt=term.upper()).values_list("pk", flat=True)
    yield attempts.filter(Q(provider_reference=term)).values_list("disbursement_id", flat=True)
    yield attempts.filter(Q(conversation_id=term)).values_list("disbursement_id", flat=True)
    msisdn = msisdn_in(term)
    if msisdn and may_see_phones:
        latest = rows.filter(msisdn=msisdn).order_by("-created_at")
        yield latest.values_list("pk", flat=True)


def amount_in(term: str) -> int | None:
    """Minor units of `1250`, `1,250.00` or `KES 1,250`; None when it is no amount."""
    matched = _AMOUNT.fullmatch(term)
    if not matched:
        return None
    try:
        return money.parse_amount(matched.group(1), currency="KES", thousands=True)
    except money.BadAmount:
        return None


def msisdn_in(text: str) -> str | None:
    """The phone in normal form when the text is one, also without its first 0."""
    term = text.strip()
    written = f"0{term}" if _SUFFIX_WITHOUT_ZERO.fullmatch(term) else term
    try:
        return phones.normal_form(written)
    except phones.BadPhone:
        return None


def _uuid(term: str) -> UUID | None:
    try:
        return UUID(term)
    except ValueError:
        return None
