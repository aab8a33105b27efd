"""What a loan's disbursals in Mifos X tell of one booking (fineract.md 3.5)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from gateways.interface import FoundDisbursal


class Sight(StrEnum):
    """What was found on the loan."""

    OURS = "ours"
    OURS_UNDONE = "ours_undone"
    EARLIER = "earlier"
    ANOTHERS = "anothers"
    NOTHING = "nothing"


@dataclass(frozen=True, kw_only=True)
class Seen:
    """`text` names the disbursal for people."""

    sight: Sight
    transaction_id: int | None = None
    text: str = ""


def see(
    found: Sequence[FoundDisbursal],
    *,
    external_id: str,
    receipt: str,
    earlier_receipts: Collection[str] = (),
) -> Seen:
    """Ours has our external id, or our receipt: somebody there may have booked it by hand.

    A living disbursal that is not ours stands against a booking. One that was undone counts only
    by its external id, which stays taken; EARLIER is of a payout of ours before this one.
    """
    living = [each for each in found if not each.reversed]
    ours = [each for each in living if _is(each, external_id, receipt)]
    if ours:
        return _seen(Sight.OURS, ours[0])
    if living:
        known = {_plain(each) for each in earlier_receipts}
        earlier = _plain(living[0].receipt) in known
        return _seen(Sight.EARLIER if earlier else Sight.ANOTHERS, living[0])
    undone = [each for each in found if each.external_id == external_id]
    return _seen(Sight.OURS_UNDONE, undone[0]) if undone else Seen(sight=Sight.NOTHING)


def _is(found: FoundDisbursal, external_id: str, receipt: str) -> bool:
    if found.external_id == external_id:
        return True
    return bool(receipt) and _plain(found.receipt) == _plain(receipt)


def _plain(receipt: str) -> str:
    return receipt.strip().upper()


def _seen(sight: Sight, found: FoundDisbursal) -> Seen:
    told = [f"transaction {found.transaction_id}"]
    if found.receipt:
        told.append(f"receipt {found.receipt}")
    if found.on:
        told.append(f"of {found.on:%d %b %Y}")
    return Seen(sight=sight, transaction_id=found.transaction_id, text=", ".join(told))
