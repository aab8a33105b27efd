"""Find a payout by whatever a person has in hand."""

import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import Q, QuerySet

from core import money, phones
from disbursements.models import DisbursementRequest, DisbursementRetryLog
from disbursements.queries import stripe_search
from disbursements.queries.filter_values import of_units
from gateways.interface import Rail
from vault.models import Partner

FOUND_MAX = 200
WORDS_MAX = 8
WORDS_OF_NAME = SearchVector("payee_name", config="simple")  # as the index by_words_of_name
_AMOUNT = re.compile(r"(?:[A-Za-z]{3}\s+)?([0-9][0-9,]*(?:\.[0-9]{1,2})?)", re.ASCII)
_WORD = re.compile(r"[^\W_]+")
# By what apps above know payouts, such as the number of a loan: queries of payouts' ids.
ALSO_NAMED: list[Callable[[str], QuerySet[Any, UUID]]] = []
_SUFFIX_WITHOUT_ZERO = re.compile(r"[17][0-9]{8}", re.ASCII)


def found(
    rows: QuerySet[DisbursementRequest], *, text: str, may_see_phones: bool
) -> QuerySet[DisbursementRequest]:
    """Rows with exactly this id, reference, receipt or phone; else of this amount, or whose
    name has words that begin so, or whose reference begins so.

    Only what is among `rows` counts as found: another partner's reference tells nothing. Phones
    are searched only for those who may see them: a hit would tell whose a number is.
    """
    term = text.strip()
    if not term:
        return rows
    msisdn = msisdn_in(term)
    exact = {pk for ids in _exact(term) for pk in ids[:FOUND_MAX]}
    hits = Q(pk__in=exact)
    if msisdn and may_see_phones:
        hits |= Q(msisdn=msisdn)
    if rows.filter(hits).exists():
        return rows.filter(hits)
    amount = amount_in(term)
    if amount is not None:
        return rows.filter(of_units("exact", amount))
    starts = Q(client_reference__istartswith=term)
    words = words_in(term)
    if words:
        rows = rows.annotate(words_of_name=WORDS_OF_NAME)
        starts |= Q(words_of_name=SearchQuery(words, config="simple", search_type="raw"))
    return rows.filter(starts)


def words_in(term: str) -> str:
    """A full-text query for all these words, each as the beginning of one; empty for none."""
    words = _WORD.findall(term)[:WORDS_MAX]
    return " & ".join(f"'{word}':*" for word in words)


def _exact(term: str) -> Iterator[QuerySet[Any, UUID]]:
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
    yield from stripe_search.named(term)
    yield from stripe_search.of_settlement(term)
    for named in ALSO_NAMED:
        yield named(term)


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
