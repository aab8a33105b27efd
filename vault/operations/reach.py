"""A payment that somebody names: locked, and only where it is within their reach."""

from uuid import UUID

from core.callers import Caller
from core.refusals import Refused
from vault.models import Payment, Property


class NoSuchPayment(Refused):
    """There is none, or it is not theirs to see."""


def locked_payment(*, payment_id: UUID, caller: Caller) -> Payment:
    """The payment with its shortcode, locked. Raises NoSuchPayment."""
    rows = Payment.objects.select_for_update(of=("self",)).select_related("shortcode")
    payment = rows.filter(pk=payment_id).first()
    if payment is None or not caller.may_touch(payment.partner_id):
        raise NoSuchPayment(f"there is no payment {payment_id}", field="payment")
    return payment


def property_of(*, property_id: UUID, caller: Caller) -> Property:
    """The property with its shortcode. Raises Refused."""
    found = Property.objects.select_related("owner", "shortcode").filter(pk=property_id).first()
    if found is None or not caller.may_touch(found.partner_id):
        raise Refused(f"there is no property {property_id}", field="property")
    return found
