"""How the text of a filter is read: ids, days, amounts, one of a list; ValueError says how.

The filters of payouts and those of payments read alike.
"""

from datetime import date, datetime, time, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from uuid import UUID

from django.db.models import Q

from core import clock, money

CURRENCY = "KES"
DECIMALS = money.exponent(CURRENCY)
ROUNDED = {"gte": ROUND_CEILING, "lte": ROUND_FLOOR}
VALUES_MAX = 50
YEAR_MIN, YEAR_MAX = 2000, 2999  # beyond, zones and ends of days cannot be reckoned


def several(text: str, known: tuple[str, ...] | None, example: str) -> list[str]:
    """Parts between commas, all known where `known` says which there are."""
    values = [part.strip() for part in text.split(",") if part.strip()]
    if not values or len(values) > VALUES_MAX or (known and set(values) - set(known)):
        among = f"one or more of {', '.join(known)}" if known else "one or more values"
        raise ValueError(f"use {among}, such as {example}")
    return values


def one_id(text: str) -> UUID:
    """A UUID."""
    try:
        return UUID(text)
    except ValueError:
        raise ValueError("is not an id, such as 0b9c5f6e-3d0b-4a64-9d5e-6f1f0a9c2b11") from None


def yes(text: str) -> bool:
    """yes or no."""
    if text.casefold() not in ("yes", "no", "true", "false"):
        raise ValueError("write yes or no")
    return text.casefold() in ("yes", "true")


def amount(text: str) -> int:
    """Minor units of shillings."""
    try:
        return money.parse_amount(text, currency=CURRENCY, thousands=True)
    except money.BadAmount:
        raise ValueError("is not an amount in shillings, such as 50,000") from None


def of_units(compared: str, hundredths: int) -> Q:
    """Payouts of this amount (`exact`), at least (`gte`) or at most (`lte`) this.

    It means units of each payout's own currency: `50` is 50 yen too. All that are no transfers
    have two decimals.
    """
    transfers = Q(pk__in=[])
    for decimals in sorted(set(money.DECIMALS.values())):
        units = Decimal(hundredths).scaleb(decimals - DECIMALS)
        bound = units.to_integral_value(ROUNDED.get(compared, ROUND_FLOOR))
        names = [name for name, places in money.DECIMALS.items() if places == decimals]
        if compared in ROUNDED or bound == units:
            transfers |= Q(currency__in=names, **{f"amount_minor__{compared}": int(bound)})
    others = Q(payee_user="", **{f"amount_minor__{compared}": hundredths})
    return others | ~Q(payee_user="") & transfers


def moment(text: str, *, days: int) -> datetime:
    """A day in Nairobi (`days` 1: its end), or a moment with offset."""
    try:
        if len(text) == len("2026-11-21"):
            day = date.fromisoformat(text) + timedelta(days=days)
            return datetime.combine(day, time.min, tzinfo=clock.NAIROBI)
        # a plus that was not percent-encoded arrives as a blank
        found = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or not YEAR_MIN <= found.year <= YEAR_MAX:
        raise ValueError("write a day or a moment, such as 2026-11-21 or 2026-11-21T14:30+03:00")
    return found
