"""Which payout jobs and which winners a person means: the same filters for every door.

A selection is a mapping of names to texts, as it stands in an address; what is unknown or
malformed is refused, never ignored. `JOBS` narrows PayoutJob, `WINNERS` PayoutTransfer.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from core import clock, money
from disbursements.models import PayoutJob, PayoutTransfer
from disbursements.queries import stripe_search
from disbursements.queries.filter_table import FilterTable
from disbursements.queries.filter_values import moment, one_id, several, yes
from disbursements.rules.receiving import CAUSES
from disbursements.states import TRANSFER_STATUS, PayoutJobStatus, TransferStatus

LATE = timedelta(hours=24)
FOUND_MAX = 200
_AMOUNT = re.compile(r"(?:([A-Za-z]{3})\s+)?([0-9][0-9,.]*)", re.ASCII)
STATES = tuple(TransferStatus)
SKIP_CODES = tuple(sorted(cause.removeprefix("stripe:") for cause in CAUSES))
WAITING = "waiting"
# Winners who wait for an account that may receive.
WAITS = ~Q(skip_code="") & Q(disbursement__status__in=["held", "parked"])


def standing(*statuses: str) -> Q:
    """Winners whose payout reads so in its job (states.TRANSFER_STATUS)."""
    named = [status for status, read in TRANSFER_STATUS.items() if read in statuses]
    return Q(disbursement__status__in=named)


def _with(text: str) -> Q:
    """Jobs that have a winner who stands so; `waiting`: one who waits for an account."""
    winners = PayoutTransfer.objects.filter(job=OuterRef("pk"))
    found = several(text, (*STATES, WAITING), "failed_terminal")
    wanted = standing(*found) | (WAITS if WAITING in found else Q(pk__in=[]))
    return Q(Exists(winners.filter(wanted)))


def _late(text: str) -> Q:
    late = ~Q(status=PayoutJobStatus.COMPLETE) & Q(created_at__lte=clock.now() - LATE)
    return late if yes(text) else ~late


def _open(text: str) -> Q:
    complete = Q(status=PayoutJobStatus.COMPLETE)
    return ~complete if yes(text) else complete


def _waits(text: str) -> Q:
    return WAITS if yes(text) else ~WAITS


def _returned(text: str) -> Q:
    back = Q(disbursement__returned_minor__gt=0)
    return back if yes(text) else ~back


JOB_CONDITIONS: dict[str, Callable[[str], Q]] = {
    "status": lambda text: Q(status__in=several(text, tuple(PayoutJobStatus), "processing")),
    "open": _open,
    "late": _late,
    "with": _with,
    "partner": lambda text: Q(partner_id=one_id(text)),
    "settlement": lambda text: Q(settlement_id=text),
    "contest": lambda text: Q(contest_id=text),
    "currency": lambda text: Q(currency__in=several(text.upper(), None, "USD")),
    "from": lambda text: Q(created_at__gte=moment(text, days=0)),
    "to": lambda text: Q(created_at__lt=moment(text, days=1)),
}
WINNER_CONDITIONS: dict[str, Callable[[str], Q]] = {
    "state": lambda text: standing(*several(text, STATES, "failed_terminal,retryable")),
    "waits": _waits,
    "skip": lambda text: Q(skip_code__in=several(text, SKIP_CODES, "no_account")),
    "returned": _returned,
    "job": lambda text: Q(job_id=one_id(text)),
    "contest": lambda text: Q(contest_id=text),
    "user": lambda text: Q(disbursement__payee_user=text),
    "partner": lambda text: Q(partner_id=one_id(text)),
    "currency": lambda text: Q(disbursement__currency__in=several(text.upper(), None, "USD")),
    "from": lambda text: Q(disbursement__created_at__gte=moment(text, days=0)),
    "to": lambda text: Q(disbursement__created_at__lt=moment(text, days=1)),
}


def found_jobs(
    rows: QuerySet[PayoutJob],
    *,
    text: str,
    may_see_phones: bool = False,  # noqa: ARG001 - as every search
) -> QuerySet[PayoutJob]:
    """Jobs of exactly this id, settlement or contest, or with this user, transfer or account;
    else those whose settlement or contest begins so.
    """
    term = text.strip()
    if not term:
        return rows
    winners = PayoutTransfer.objects.filter(pk__in=_payouts(term))
    exact = Q(settlement_id=term) | Q(contest_id=term) | Q(pk__in=winners.values("job"))
    if uuid := _uuid(term):
        exact |= Q(pk=uuid)
    hits = rows.filter(exact)
    if hits.exists():
        return hits
    return rows.filter(Q(settlement_id__istartswith=term) | Q(contest_id__istartswith=term))


def found_winners(
    rows: QuerySet[PayoutTransfer],
    *,
    text: str,
    may_see_phones: bool = False,  # noqa: ARG001 - as every search
) -> QuerySet[PayoutTransfer]:
    """Winners with exactly this user, transfer, account, settlement or contest; else of this
    amount; else those whose user begins so.
    """
    term = text.strip()
    if not term:
        return rows
    jobs = PayoutJob.objects.filter(Q(settlement_id=term) | Q(contest_id=term))
    hits = rows.filter(Q(pk__in=_payouts(term)) | Q(job__in=jobs.values("pk")[:FOUND_MAX]))
    if hits.exists():
        return hits
    amount = _of_amount(term)
    if amount is not None:
        return rows.filter(amount)
    return rows.filter(user_id__istartswith=term)


def _payouts(term: str) -> list[UUID]:
    found = {pk for ids in stripe_search.named(term) for pk in ids[:FOUND_MAX]}
    if uuid := _uuid(term):
        found.add(uuid)
    return list(found)


def _of_amount(term: str) -> Q | None:
    """Winners of `1,250.00` of any currency, or of `USD 1,250`; None when it is no amount."""
    matched = _AMOUNT.fullmatch(term)
    if not matched:
        return None
    named, found = (matched[1] or "").upper(), None
    for decimals in sorted(set(money.DECIMALS.values())):
        currencies = [name for name, places in money.DECIMALS.items() if places == decimals]
        with suppress(money.BadAmount):
            minor = money.parse_amount(matched[2], currency=currencies[0], thousands=True)
            among = [name for name in currencies if named in ("", name)]
            fits = Q(disbursement__amount_minor=minor, disbursement__currency__in=among)
            found = fits if found is None else found | fits
    return found


def _uuid(term: str) -> UUID | None:
    try:
        return UUID(term)
    except ValueError:
        return None


JOBS = FilterTable(JOB_CONDITIONS, found_jobs)
WINNERS = FilterTable(WINNER_CONDITIONS, found_winners)
