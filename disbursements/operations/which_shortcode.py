"""What a payout leaves from: the account that is named, or the partner's only one."""

from uuid import UUID

from django.db.models import QuerySet

from core.refusals import Refused
from vault.models import Partner, Shortcode

NUMBER_SHOWN_MAX = 20


class NoShortcode(Refused):
    """There is no shortcode to pay from, or more than one and none was named."""


def shortcode_for(*, partner_id: UUID, number: str | None) -> Shortcode:
    """The named shortcode of this partner, or its only one. Raises NoShortcode."""
    return _named_or_only(
        Shortcode.objects.of_mpesa(), partner_id, number, what="shortcode", add="add_shortcode"
    )


def stripe_account_for(*, partner_id: UUID, number: str | None) -> Shortcode:
    """The named Stripe account of this partner, or its only one. Raises NoShortcode."""
    return _named_or_only(
        Shortcode.objects.of_stripe(), partner_id, number, what="Stripe account",
        add="add_stripe_account",
    )  # fmt: skip


def _named_or_only(
    rows: QuerySet[Shortcode], partner_id: UUID, number: str | None, *, what: str, add: str
) -> Shortcode:
    """`what` they are called, and the command that adds one."""
    if not Partner.objects.filter(pk=partner_id, is_active=True).exists():
        raise NoShortcode("This partner does not exist or is not active")
    own = rows.filter(partner_id=partner_id, is_active=True)
    if number is not None:
        named = own.filter(number=number).first()
        if named is None:
            shown = number[:NUMBER_SHOWN_MAX]
            raise NoShortcode(f"{shown} is not an active {what} of this partner")
        return named
    found = list(own.order_by("number")[:2])
    if len(found) == 1:
        return found[0]
    if not found:
        raise NoShortcode(f"This partner has no active {what}: add one with {add}")
    raise NoShortcode(f"This partner has several {what}s: name one, such as {found[0].number}")
