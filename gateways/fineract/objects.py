"""Loans, clients and disbursals of Mifos X in our words (fineract.md 2.3 to 2.7, 3.5)."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from gateways.fineract.fields import (
    amount_minor,
    day,
    flag,
    list_of,
    number,
    number_or_none,
    object_of,
    part,
    text,
)
from gateways.interface import FoundDisbursal, ListedLoan, LoanClient, LoanFacts, Unreadable

KINDS = {1: "individual", 2: "group", 3: "jlg", 4: "glim"}
DISBURSEMENT = 1
# As wide as the table's column.
STATE_MAX = 2**31 - 1


def read_row(value: object) -> ListedLoan:
    """A row of the list; raises Unreadable.

    The amounts of loans with several disbursals are those of tranches, which no list tells.
    """
    fields = object_of(value, "loan")
    currency = text(part(fields, "currency"), "code")
    several = flag(fields, "multiDisburseLoan")
    return ListedLoan(
        loan_id=number(fields, "id"),
        state=_state(fields),
        gross_minor=None if several else _gross_minor(fields, currency),
        net_minor=None if several else amount_minor(fields, "netDisbursalAmount", currency),
        approved_on=day(part(fields, "timeline"), "approvedOnDate"),
        product_id=number_or_none(fields, "loanProductId"),
        client_id=number_or_none(fields, "clientId"),
    )


def id_of_row(value: object) -> int:
    """The id of a row that makes no sense otherwise; 0 when it has none."""
    try:
        return number(object_of(value, "loan"), "id")
    except Unreadable:
        return 0


def read_loan(value: object) -> LoanFacts:
    """A loan with what it pays next; raises Unreadable."""
    fields = object_of(value, "loan")
    currency = text(part(fields, "currency"), "code")
    timeline = part(fields, "timeline")
    several = flag(fields, "multiDisburseLoan")
    gross_minor, net_minor, expected_on = _next_disbursal(fields, currency, several=several)
    return LoanFacts(
        loan_id=number(fields, "id"),
        state=_state(fields),
        account_no=text(fields, "accountNo"),
        product_id=number(fields, "loanProductId"),
        product_name=text(fields, "loanProductName"),
        client_id=number_or_none(fields, "clientId"),
        client_name=text(fields, "clientName"),
        kind=KINDS.get(number_or_none(part(fields, "loanType"), "id") or 0, "other"),
        gross_minor=gross_minor,
        net_minor=net_minor,
        currency=currency,
        approved_on=day(timeline, "approvedOnDate"),
        expected_on=expected_on,
        several_disbursals=several,
    )


def read_client(value: object) -> LoanClient:
    """A client; raises Unreadable."""
    fields = object_of(value, "client")
    return LoanClient(
        client_id=number(fields, "id"),
        name=text(fields, "displayName"),
        active=flag(fields, "active"),
        phone_as_written=text(fields, "mobileNo"),
    )


def read_disbursals(value: object) -> Sequence[FoundDisbursal]:
    """The disbursals among a loan's transactions; raises Unreadable for any of them.

    One that cannot be read could be ours: nothing is concluded without it.
    """
    rows = object_of(value, "loan").get("transactions")
    listed = [] if rows is None else list_of(rows, "transactions")
    found = [read_disbursal(row) for row in listed]
    return tuple(each for each in found if each is not None)


def read_disbursal(value: object) -> FoundDisbursal | None:
    """A disbursal; None for a transaction of another kind; raises Unreadable."""
    fields = object_of(value, "transaction")
    kind = object_of(fields.get("type"), "type")
    if not flag(kind, "disbursement") and number_or_none(kind, "id") != DISBURSEMENT:
        return None
    payment = part(fields, "paymentDetailData")
    return FoundDisbursal(
        transaction_id=number(fields, "id"),
        external_id=text(fields, "externalId"),
        receipt=text(payment, "receiptNumber"),
        reversed=flag(fields, "manuallyReversed"),
        amount_minor=amount_minor(fields, "amount", text(part(fields, "currency"), "code")),
        on=day(fields, "date"),
    )


def _state(fields: dict[str, Any]) -> int:
    state = number(part(fields, "status"), "id")
    if state > STATE_MAX:
        raise Unreadable("status is out of bounds")
    return state


def _next_disbursal(
    fields: dict[str, Any], currency: str, *, several: bool
) -> tuple[int | None, int | None, date | None]:
    """Gross, net and expected day of what is disbursed next."""
    rows = fields.get("disbursementDetails") if several else None
    if not rows:  # products without plans have no tranches (2.7)
        expected_on = day(part(fields, "timeline"), "expectedDisbursementDate")
        net_minor = amount_minor(fields, "netDisbursalAmount", currency)
        return _gross_minor(fields, currency), net_minor, expected_on
    tranches = [object_of(row, "tranche") for row in list_of(rows, "disbursementDetails")]
    undrawn = [each for each in tranches if each.get("actualDisbursementDate") is None]
    tranche = min(undrawn, key=_planned, default=dict[str, Any]())
    return (
        amount_minor(tranche, "principal", currency),
        amount_minor(tranche, "netDisbursalAmount", currency),
        day(tranche, "expectedDisbursementDate"),
    )


def _planned(tranche: dict[str, Any]) -> tuple[date, int]:
    expected_on = day(tranche, "expectedDisbursementDate")
    return expected_on or date.max, number_or_none(tranche, "id") or 0


def _gross_minor(fields: dict[str, Any], currency: str) -> int | None:
    """What was granted; after a smaller disbursal `principal` is what was disbursed (2.5)."""
    granted = "approvedPrincipal" if fields.get("approvedPrincipal") is not None else "principal"
    return amount_minor(fields, granted, currency)
