"""The work queues of loans: paid and not booked, held, failed, proposals, a Mifos X in trouble."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Min, Q, QuerySet, Sum
from django.http import HttpRequest
from django.urls import reverse

from config.work_queues import Queue
from core import clock, money
from core.admin import shown
from core.admin.scope import of_partners, partners_of
from loans.models import LoanBooking, LoanProposal, LoanTracking, MifosConnection
from loans.queries import connection_facts
from loans.queries.bookings import LATE_MINUTES, NOT_BOOKED, OPEN
from loans.queries.due import NOT_READY
from loans.rules.holds import HOLDS, NOT_APPROVED
from loans.states import LoanStatus, ProposalStatus

LOANS = "admin:loans_loantracking_changelist"
BOOKINGS = "admin:loans_loanbooking_changelist"
PROPOSALS = "admin:loans_loanproposal_changelist"
CONNECTIONS = "admin:loans_mifosconnection_changelist"
REASONS_SHOWN = 3


def queues(request: HttpRequest, *, at: datetime) -> Iterator[Queue]:
    """What waits among the loans that the person may see; nothing where no Mifos X is set up."""
    connections = _of(request, MifosConnection.objects.all(), "partner")
    if not request.user.has_perm("loans.view_loantracking") or not connections.exists():
        return
    if request.user.has_perm("loans.view_loanbooking"):
        yield from _bookings(_of(request, LoanBooking.objects.all(), "loan__partner"), at)
    yield from _loans(_of(request, LoanTracking.objects.all(), "partner"))
    if request.user.has_perm("loans.view_loanproposal"):
        yield from _proposals(request)
    yield from _trouble(request, connections)


def _bookings(rows: QuerySet[LoanBooking], at: datetime) -> Iterator[Queue]:
    refused = rows.filter(status__in=NOT_BOOKED)
    oldest = refused.aggregate(first=Min("status_at"))["first"]
    since = f" The oldest {shown.relative(oldest)}." if oldest else ""
    yield _queue(
        "Paid, not booked", refused, "gross_minor", BOOKINGS, {"status": "not_booked"}, shown.BAD,
        f"Put the cause right in Mifos X, then book again.{since}"
        if oldest
        else "Mifos X knows of everything that was paid.",
    )  # fmt: skip
    late = rows.filter(status__in=OPEN, created_at__lte=at - clock.minutes(LATE_MINUTES))
    if late.exists():
        yield _queue(
            "Booking in Mifos X > 1 h", late, "gross_minor", BOOKINGS, {"status": "open"},
            shown.WARN, "Paid more than an hour ago; Mifos X is still being told, or asked.",
        )  # fmt: skip


def _loans(rows: QuerySet[LoanTracking]) -> Iterator[Queue]:
    """Whose approval was taken back in Mifos X waits for nobody here."""
    held = rows.filter(status=LoanStatus.HELD).exclude(held_code=NOT_APPROVED)
    codes = ",".join(sorted(set(held.values_list("held_code", flat=True))))
    yield _queue(
        "Loans held", held, "net_minor", LOANS,
        {"status": "held", "held": codes} if codes else {"status": "held"},
        shown.WARN, _why_held(held),
    )  # fmt: skip
    yield _queue(
        "Loans not paid", rows.filter(status=LoanStatus.FAILED), "net_minor", LOANS,
        {"status": "failed"}, shown.BAD,
        "Their payouts are proven not paid. Put the cause right, then retry the payment.",
    )  # fmt: skip
    yield _queue(
        "Loans to be paid", rows.filter(status=LoanStatus.PENDING), "net_minor", LOANS,
        {"status": "pending_disbursement"}, shown.WAIT,
        "Approved in Mifos X; paid as soon as their day and their product allow.",
    )  # fmt: skip


def _why_held(held: QuerySet[LoanTracking]) -> str:
    """The most frequent reasons, with how many."""
    grouped = held.order_by().values_list("held_code").annotate(rows=Count("pk"))
    found = sorted(grouped, key=lambda each: (-each[1], each[0]))
    if not found:
        return "No loan waits for a person."
    told = [f"{_sentence(code)} ({count:,})" for code, count in found[:REASONS_SHOWN]]
    if len(found) > REASONS_SHOWN:
        told.append("And for other reasons.")
    return " ".join(told)


def _sentence(code: str) -> str:
    return HOLDS[code].text if code in HOLDS else code.replace("_", " ")


def _proposals(request: HttpRequest) -> Iterator[Queue]:
    """Proposals of others that the person may decide on, and their own that wait."""
    mine = Q(proposed_by=request.user.get_username())
    rows = _of(request, LoanProposal.objects.all(), "loan__partner")
    proposed = rows.filter(status=ProposalStatus.PROPOSED).aggregate(
        mine=Count("pk", filter=mine), others=Count("pk", filter=~mine)
    )
    url = f"{reverse(PROPOSALS)}?status=proposed"
    if request.user.has_perm("loans.approve_loanproposal"):
        yield Queue(
            name="Loans waiting for my approval", count=proposed["others"], url=url,
            tone=shown.WARN, text="Another person proposes what is to become of a paid loan.",
        )  # fmt: skip
    if proposed["mine"]:
        yield Queue(
            name="My proposals for loans", count=proposed["mine"], url=url, tone=shown.WAIT,
            text="Another person has to agree.",
        )  # fmt: skip


def _trouble(request: HttpRequest, connections: QuerySet[MifosConnection]) -> Iterator[Queue]:
    """Connections that cannot be used now, and those that wait for a second person."""
    if not request.user.has_perm("loans.view_mifosconnection"):
        return
    url = reverse(CONNECTIONS)
    in_trouble = ~Q(trouble="") | (NOT_READY & Q(partner__is_active=True))
    found = list(connections.filter(in_trouble).select_related("partner"))
    if found:
        names = ", ".join(row.partner.name for row in found[:REASONS_SHOWN])
        why = found[0].trouble or connection_facts.why_not_ready(found[0])
        yield Queue(
            name="Mifos X in trouble", count=len(found), url=url, tone=shown.BAD,
            text=f"{names}: {why} Nothing is paid there meanwhile.",
        )  # fmt: skip
    unconfirmed = connections.filter(confirmed_by="").count()
    if unconfirmed:
        yield Queue(
            name="Mifos X addresses to confirm", count=unconfirmed, url=url, tone=shown.WARN,
            text="Nothing is read or paid there before a second person has confirmed the address.",
        )  # fmt: skip


def _queue(
    name: str, rows: QuerySet[Any], column: str, page: str, filters: dict[str, str], tone: str,
    text: str,
) -> Queue:  # fmt: skip
    sums = list(
        rows.order_by().values_list("currency").annotate(rows=Count("pk"), minor=Sum(column))
    )
    return Queue(
        name=name, count=sum(count for _, count, _ in sums), tone=tone, text=text,
        totals={currency: minor for currency, _, minor in sums if currency in money.DECIMALS},
        url=f"{reverse(page)}?{urlencode(filters)}",
    )  # fmt: skip


def _of(request: HttpRequest, rows: QuerySet[Any], path: str) -> QuerySet[Any]:
    return of_partners(rows, partners_of(request), path=path)
