"""Whether the name that the provider has is the name that we meant."""

from collections.abc import Iterator

from core.masking import without_phones
from reconciliation.rules.names import same_person
from reconciliation.rules.sides import Difference, Record
from reconciliation.rules.standings import PAID


def differences(record: Record) -> Iterator[Difference]:
    """wrong_beneficiary, of each payment once."""
    if not record.beneficiary:
        return
    for side in record.others:
        if side.standing not in PAID or not side.receiver:
            continue
        if same_person(record.beneficiary, side.receiver):
            continue
        here, there = without_phones(record.beneficiary), without_phones(side.receiver)
        yield Difference(
            kind="wrong_beneficiary",
            about=side.receipt or side.about,
            text=f"Meant was {here}; {side.name} names {there}",
            here={"name": here},
            there={"name": there},
            there_name=side.name,
            stake_minor=record.row.amount_minor,
            currency=record.row.currency,
        )
