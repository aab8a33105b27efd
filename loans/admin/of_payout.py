"""Payouts of loans among all payouts: the loan that one pays, and a loan's number searched for."""

import re
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from core.admin import shown
from disbursements.admin.origins import ORIGINS, Fact
from disbursements.models import DisbursementRequest
from disbursements.queries.search import ALSO_NAMED
from loans.admin import words
from loans.models import LoanBooking, LoanTracking
from loans.queries.search import ORIGIN

# A bare number may be an amount: a loan is asked for as `loan 107`, or by its account number.
_NUMBER = re.compile(r"loan\s*#?\s*([0-9]{1,18})", re.ASCII | re.IGNORECASE)
_ACCOUNT = re.compile(r"[0-9]{9,20}", re.ASCII)


def facts(payout: DisbursementRequest) -> list[Fact]:
    """The loan's number and client, leading to its page; whether Mifos X knows of the money."""
    number, _, cycle = payout.origin_id.partition(":")
    try:
        loan = LoanTracking.objects.filter(pk=UUID(number)).first()
    except ValueError:
        loan = None
    if loan is None:
        return []
    text = f"Loan {loan.loan_id}, {loan.client_name or 'no client'}"
    return [
        ("Pays", shown.link(words.page_of(loan), text)),
        ("Approval in Mifos X", f"number {cycle}" if cycle != "1" else "the first"),
    ]


def named(term: str) -> QuerySet[Any, UUID]:
    """Ids of the payouts of the loan with this number, or this account number."""
    matched = _NUMBER.fullmatch(term)
    if matched:
        loans = LoanTracking.objects.filter(loan_id=int(matched.group(1)))
    elif _ACCOUNT.fullmatch(term):
        loans = LoanTracking.objects.filter(account_no=term)
    else:
        loans = LoanTracking.objects.none()
    paid = LoanBooking.objects.filter(loan__in=loans.values("pk")).values("disbursement")
    rows = DisbursementRequest.objects.filter(
        Q(pk__in=loans.values("disbursement")) | Q(pk__in=paid)
    )
    return rows.values_list("pk", flat=True)


ORIGINS[ORIGIN] = facts
ALSO_NAMED.append(named)
