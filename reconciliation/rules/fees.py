"""What the provider charged against what our ledger booked as its charge."""

from collections.abc import Iterator

from core import money
from reconciliation.rules.sides import Difference, Record
from reconciliation.rules.standings import PAID


def differences(record: Record) -> Iterator[Difference]:
    """fee_mismatch, where another side tells a fee and there is a ledger of it."""
    if record.book is None:
        return
    currency, booked_minor = record.row.currency, record.book.fee_minor
    for side in record.others:
        if side.standing not in PAID or side.fee_minor in (None, booked_minor):
            continue
        here = money.shown(booked_minor, currency)
        there = money.shown(side.fee_minor or 0, currency)
        yield Difference(
            kind="fee_mismatch",
            about=side.receipt or side.about,
            text=f"{side.name} names a charge of {there}; our ledger booked {here}",
            here={"fee": here},
            there={"fee": there},
            there_name=side.name,
            stake_minor=abs((side.fee_minor or 0) - booked_minor),
            currency=currency,
        )
