"""Loans as commands show them."""

from typing import Any

from core import masking, money
from core.admin import shown
from loans.models import LoanBooking, LoanTracking
from loans.queries.figures import StatusFigure
from loans.rules.holds import HOLDS
from loans.states import LoanStatus


def as_json(row: LoanTracking, booking: LoanBooking | None, *, may_see: bool) -> dict[str, Any]:
    """One loan for scripts, under the names of the API."""
    return {
        "id": str(row.pk), "loanId": row.loan_id, "partner": str(row.partner_id),
        "status": row.status, "heldCode": row.held_code or None,
        "reason": why(row, may_see=may_see) or None, "cycle": row.cycle,
        "productId": row.product_id, "clientId": row.client_id,
        "clientName": shown.free_text(row.client_name, may_see_phones=may_see),
        "msisdn": phone(row, may_see=may_see), "currency": row.currency,
        "netAmount": amount(row.net_minor, row.currency),
        "grossAmount": amount(row.gross_minor, row.currency),
        "expectedOn": row.expected_on.isoformat() if row.expected_on else None,
        "receipt": row.disbursement.receipt if row.disbursement else None,
        "booking": booking.status if booking else None,
    }  # fmt: skip


def in_a_line(row: LoanTracking, booking: LoanBooking | None, *, may_see: bool) -> str:
    """`loan 7 of Umoja, KES 9,500.00 to Amina Example +254…: held: the client has no …`"""
    name = shown.free_text(row.client_name, may_see_phones=may_see)
    what = f"loan {row.loan_id} of {row.partner}, {in_words(row)} to {name or 'no client'}"
    told = [f"{row.status}", why(row, may_see=may_see)]
    if booking is not None:
        told.append(f"booking {booking.status}")
    number = phone(row, may_see=may_see)
    return f"{what}{f' {number}' if number else ''}: {', '.join(filter(None, told))}"


def figure_in_words(figure: StatusFigure) -> str:
    """`held: 3, KES 28,500.00`"""
    sums = [_shown(total, currency) for currency, total in figure.net.items()]
    return ", ".join([f"{figure.status}: {figure.count:,}", *sums])


def figure_as_json(figure: StatusFigure) -> dict[str, Any]:
    """Count and amounts of a status."""
    amounts = {currency: amount(total, currency) for currency, total in figure.net.items()}
    return {"count": figure.count, "amounts": amounts}


def why(row: LoanTracking, *, may_see: bool) -> str:
    """Why it is held or failed; empty for the others."""
    hold = HOLDS.get(row.held_code) if row.status == LoanStatus.HELD else None
    text = row.held_text or (hold.text if hold else row.held_code)
    return shown.free_text(text, may_see_phones=may_see)


def to_do(row: LoanTracking) -> list[str]:
    """What a person does about a held loan; nothing for the others."""
    hold = HOLDS.get(row.held_code) if row.status == LoanStatus.HELD else None
    return [hold.what_to_do] if hold else []


def phone(row: LoanTracking, *, may_see: bool) -> str:
    """The number that is paid; empty for none."""
    if not row.msisdn:
        return ""
    return f"+{row.msisdn}" if may_see else masking.masked_phone(row.msisdn)


def in_words(row: LoanTracking) -> str:
    """What the client receives."""
    return _shown(row.net_minor, row.currency)


def amount(amount_minor: int, currency: str) -> str | None:
    """An exact decimal; None in a currency that nobody knows."""
    return money.plain(amount_minor, currency) if currency in money.DECIMALS else None


def _shown(amount_minor: int, currency: str) -> str:
    if currency not in money.DECIMALS:
        return f"an amount in {currency or 'no currency'}"
    return money.shown(amount_minor, currency)
