"""Pull Transactions: the bodies that we send, and reading a page (daraja.md 5.5)."""

from datetime import UTC, datetime
from typing import Any

from core.clock import NAIROBI
from gateways.daraja.parameters import CURRENCY, minor_of, receipt_of
from gateways.daraja.payer import payer_of, text_of
from gateways.interface import (
    CollectionAccess,
    Exchange,
    PulledPage,
    PulledPayment,
    PullRegistration,
    PullWindow,
    Unreadable,
)

REGISTER_PATH = "/pulltransactions/v1/register"
QUERY_PATH = "/pulltransactions/v1/query"
ROWS_MAX = 10_000


def registration_body(
    access: CollectionAccess, registration: PullRegistration
) -> dict[str, object]:
    """Register the shortcode, once."""
    return {
        "ShortCode": access.acts_as,
        "RequestType": "Pull",
        "NominatedNumber": registration.nominated_msisdn,
        "CallBackURL": registration.url,
    }


def window_body(access: CollectionAccess, window: PullWindow) -> dict[str, object]:
    """Ask for the rows of a window, in Nairobi time."""
    return {
        "ShortCode": access.acts_as,
        "StartDate": _stamp(window.since),
        "EndDate": _stamp(window.until),
        "OffSetValue": str(window.offset),
    }


def read_page(fields: dict[str, Any], offset: int, exchange: Exchange) -> PulledPage:
    """A list inside a list; a row that cannot be read leaves the others as they are.

    The size of a page is only implied, so that the last one is the empty one.
    """
    rows = _rows(fields.get("Response"))
    payments: list[PulledPayment] = []
    unreadable: list[str] = []
    for position, row in enumerate(rows, start=offset + 1):
        try:
            payments.append(_payment(row))
        except Unreadable as error:
            unreadable.append(f"row {position}: {error}")
    return PulledPage(
        payments=tuple(payments),
        next_offset=offset + len(rows) if rows else None,
        exchange=exchange,
        unreadable=tuple(unreadable),
    )


def _rows(value: object) -> list[object]:
    if not isinstance(value, list):
        return []
    found: list[object] = []
    for each in value:
        found += each if isinstance(each, list) else [each]
    return found[:ROWS_MAX]


def _payment(row: object) -> PulledPayment:
    if not isinstance(row, dict):
        raise Unreadable("it is not an object")
    receipt = receipt_of(row.get("transactionId"))
    amount_minor = minor_of(row.get("amount"), name="amount")
    if not receipt:
        raise Unreadable("transactionId is not a receipt")
    if amount_minor is None or amount_minor <= 0:
        raise Unreadable("amount is missing or not above 0")
    return PulledPayment(
        receipt=receipt,
        amount_minor=amount_minor,
        currency=CURRENCY,
        account=text_of(row.get("billreference")),
        payer=payer_of(row.get("msisdn")),
        paid_at=_moment(row.get("trxDate")),
        kind=text_of(row.get("transactiontype")),
    )


def _moment(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=NAIROBI)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _stamp(at: datetime) -> str:
    return f"{at.astimezone(NAIROBI):%Y-%m-%d %H:%M:%S}"
