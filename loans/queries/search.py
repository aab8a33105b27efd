"""Find a loan by whatever a person has in hand."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from disbursements.models import DisbursementRequest
from disbursements.queries.search import amount_in, msisdn_in
from gateways.interface import Rail
from loans.models import LoanBooking, LoanTracking

FOUND_MAX = 200
WORDS_MAX = 6
NUMBER_DIGITS_MAX = 18
ORIGIN = "loan"
Ids = QuerySet[Any, UUID]
_REFERENCE = re.compile(r"LOAN-([0-9A-Fa-f]{32})(?:-|$)", re.ASCII | re.IGNORECASE)


def found(
    rows: QuerySet[LoanTracking], *, text: str, may_see_phones: bool
) -> QuerySet[LoanTracking]:
    """Rows with exactly this id, number or account in Mifos X, client number, receipt, reference
    or phone; else of this amount, or whose account begins so, or whose client is named so.

    Only what is among `rows` counts as found. Phones are searched only for those who may see
    them: a hit would tell whose a number is.
    """
    term = text.strip()
    if not term:
        return rows
    exact = {pk for ids in _exact(term) for pk in ids[:FOUND_MAX]}
    hits = Q(pk__in=exact) | Q(account_no=term)
    if term.isascii() and term.isdigit() and len(term) <= NUMBER_DIGITS_MAX:
        hits |= Q(loan_id=int(term)) | Q(client_id=int(term))
    msisdn = msisdn_in(term)
    if msisdn and may_see_phones:
        hits |= Q(msisdn=msisdn)
    if rows.filter(hits).exists():
        return rows.filter(hits)
    return rows.filter(_begins_or_named(term))


def _begins_or_named(term: str) -> Q:
    """The amount, the beginning of the account, or each word somewhere in the client's name."""
    named = Q()
    for word in term.split()[:WORDS_MAX]:
        named &= Q(client_name__icontains=word)
    found = named | Q(account_no__istartswith=term)
    amount = amount_in(term)
    if amount is not None:
        found |= Q(net_minor=amount) | Q(gross_minor=amount)
    return found


def _exact(term: str) -> Iterator[Ids]:
    """Queries of ids, each of them by an index."""
    loans, bookings = LoanTracking.objects, LoanBooking.objects
    payouts = DisbursementRequest.objects.filter(origin=ORIGIN)
    uuid = _uuid(term) or _of_reference(term)
    if uuid:
        yield loans.filter(pk=uuid).values_list("pk", flat=True)
        yield bookings.filter(pk=uuid).values_list("loan_id", flat=True)
        yield _loans_of(payouts.filter(pk=uuid))
    yield bookings.filter(external_id=term).values_list("loan_id", flat=True)
    yield _loans_of(payouts.filter(rail=Rail.MPESA_B2C, receipt=term.upper()))


def _of_reference(term: str) -> UUID | None:
    """The loan that the reference of one of its payouts names."""
    matched = _REFERENCE.match(term)
    return _uuid(matched.group(1)) if matched else None


def _loans_of(payouts: QuerySet[DisbursementRequest]) -> Ids:
    """The loans, in whatever cycle, that these payouts are of."""
    origins = payouts.values_list("origin_id", flat=True)[:FOUND_MAX]
    ids = [_uuid(origin_id.partition(":")[0]) for origin_id in origins]
    found = LoanTracking.objects.filter(pk__in=[each for each in ids if each])
    return found.values_list("pk", flat=True)


def _uuid(term: str) -> UUID | None:
    try:
        return UUID(term)
    except ValueError:
        return None
