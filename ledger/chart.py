"""The chart of accounts: which accounts there are, and what a balance on each means.

Account codes read from the general to the particular, parted by colons, the currency last.
"""

from dataclasses import dataclass
from uuid import UUID

from ledger.models import AccountKind


@dataclass(frozen=True)
class AccountSpec:
    """An account by its code; its row is made when it is first booked on."""

    code: str
    kind: AccountKind
    currency: str


def utility(shortcode_number: str, currency: str) -> AccountSpec:
    """The float that payouts leave from: M-Pesa's Utility wallet, less what is held back.

    Counts only what was booked here: below zero until the top-ups of the wallet are booked too.
    """
    return AccountSpec(f"float:{shortcode_number}:utility:{currency}", AccountKind.ASSET, currency)


def working(shortcode_number: str, currency: str) -> AccountSpec:
    """What payouts to businesses leave from: M-Pesa's Working wallet, less what is held back.

    Counts only what was booked here, as with the Utility wallet.
    """
    return AccountSpec(f"float:{shortcode_number}:working:{currency}", AccountKind.ASSET, currency)


def reserved(shortcode_number: str, currency: str) -> AccountSpec:
    """Float held back for payouts whose outcome is open. Zero when nothing is under way."""
    return AccountSpec(
        f"float:{shortcode_number}:reserved:{currency}", AccountKind.ASSET, currency
    )


def charges(shortcode_number: str, currency: str) -> AccountSpec:
    """What M-Pesa charged for payouts from this shortcode."""
    return AccountSpec(f"charges:{shortcode_number}:{currency}", AccountKind.EXPENSE, currency)


def charges_paid(shortcode_number: str, currency: str) -> AccountSpec:
    """M-Pesa's Charges Paid account, where its charges gather: below zero, by their sum."""
    return AccountSpec(
        f"float:{shortcode_number}:charges_paid:{currency}", AccountKind.ASSET, currency
    )


def partner_payouts(partner_id: UUID | str, currency: str) -> AccountSpec:
    """What was paid out on behalf of the partner: each payout lowers what is owed to them."""
    return AccountSpec(f"partner:{partner_id}:payouts:{currency}", AccountKind.LIABILITY, currency)


def unallocated(shortcode_number: str, currency: str) -> AccountSpec:
    """Money received on a shortcode of which nobody has said yet whose it is."""
    return AccountSpec(
        f"received:{shortcode_number}:unallocated:{currency}", AccountKind.LIABILITY, currency
    )


def cash(partner_id: UUID | str, currency: str) -> AccountSpec:
    """Cash that the partner took for owners and did not hand over: what it keeps as fee."""
    return AccountSpec(f"partner:{partner_id}:cash:{currency}", AccountKind.ASSET, currency)


def fees(partner_id: UUID | str, currency: str) -> AccountSpec:
    """What the platform kept of the rents collected for this partner's owners."""
    return AccountSpec(f"partner:{partner_id}:fees:{currency}", AccountKind.INCOME, currency)


def owed(owner_id: UUID | str, currency: str) -> AccountSpec:
    """What an owner is owed of collected rent and no transfer has taken on yet."""
    return AccountSpec(f"owner:{owner_id}:owed:{currency}", AccountKind.LIABILITY, currency)


def forwarding(owner_id: UUID | str, currency: str) -> AccountSpec:
    """What is on its way to an owner: handed over to a payout that is not paid yet."""
    return AccountSpec(f"owner:{owner_id}:forwarding:{currency}", AccountKind.LIABILITY, currency)
