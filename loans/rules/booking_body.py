"""What is sent when a paid loan is booked (fineract.md 3.2, 3.4, 3.7), and the notes beside it."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from core import money
from gateways.interface import LOAN_NOTE_CHARACTERS_MAX, LOAN_RECEIPT_CHARACTERS_MAX

LOCALE, DATE_FORMAT = "en", "yyyy-MM-dd"
Body = dict[str, str | int | float]


def booked_on(
    *, paid_at: datetime, time_zone: str, business_date: date, approved_on: date | None
) -> date:
    """The payout's day there, never after the server's own, never before the approval."""
    day = min(business_date, paid_at.astimezone(ZoneInfo(time_zone)).date())
    return max(day, approved_on) if approved_on else day


def booking_body(
    *,
    day: date,
    gross_minor: int,
    currency: str,
    payment_type_id: int,
    receipt: str,
    msisdn: str,
    external_id: str,
) -> Body:
    """Complete, and sent as it is: the gross amount, for Mifos X nets the charges itself.

    Without the payment type the receipt would be dropped silently.
    """
    return {
        "actualDisbursementDate": day.isoformat(),
        "transactionAmount": _number(gross_minor, currency),
        "paymentTypeId": payment_type_id,
        "receiptNumber": receipt[:LOAN_RECEIPT_CHARACTERS_MAX],
        "accountNumber": msisdn[:LOAN_RECEIPT_CHARACTERS_MAX],
        "externalId": external_id,
        "note": f"Paid by M-Pesa, receipt {receipt}"[:LOAN_NOTE_CHARACTERS_MAX],
        "locale": LOCALE,
        "dateFormat": DATE_FORMAT,
    }


def refusal_note(*, amount_minor: int, currency: str, receipt: str, why: str) -> str:
    """What people read on the loan in Mifos X while it is paid and not booked."""
    paid = money.shown(amount_minor, currency)
    return (
        f"Paid by M-Pesa: {paid}, receipt {receipt}. Booking it here was refused: {why} "
        "Do not pay it again."
    )[:LOAN_NOTE_CHARACTERS_MAX]


def _number(amount_minor: int, currency: str) -> int | str:
    """A number where it is whole; with cents the exact text, which `locale` en reads alike."""
    units, cents = divmod(amount_minor, 10 ** money.exponent(currency))
    return money.plain(amount_minor, currency) if cents else units
