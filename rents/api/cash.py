"""The body of POST /api/payments: cash that a partner took for an owner."""

from datetime import datetime
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from core import clock
from core.callers import NotAllowed
from core.refusals import Refused
from disbursements.api.fields import Id, Text
from disbursements.api.paging import read_moment
from rents.api import examples
from rents.api.shillings import ShillingsTaken
from vault.api.authentication import caller_from
from vault.api.bodies import StrictSerializer, read_body
from vault.api.errors import bad_fields, not_allowed
from vault.models import Payment
from vault.operations.cash import record_cash

NAMES = {
    "property": "propertyId", "tenant": "tenantId", "amount": "amount", "paid_at": "paidAt",
    "receipt_number": "receiptNumber", "reason": "reason",
}  # fmt: skip
EXAMPLES = {
    "propertyId": f'"{examples.PROPERTY_ID}"', "amount": "12500", "receiptNumber": '"0012"',
    "reason": '"the tenant paid at the office"',
}  # fmt: skip


class CashSerializer(StrictSerializer):
    """Cash that was taken."""

    propertyId = Id()  # noqa: N815 - the wire's name
    tenantId = Id(required=False)  # noqa: N815
    amount = ShillingsTaken(help_text="Shillings; cents may be")
    receiptNumber = Text(help_text="Of the paper receipt: each counts once")  # noqa: N815
    paidAt = Text(required=False, help_text="With offset; now, when left out")  # noqa: N815
    reason = Text(help_text="Where and how it was taken: 8 to 500 characters, kept for ever")

    def validate_paidAt(self, text: str) -> datetime:  # noqa: N802
        """A moment that can be read."""
        try:
            return read_moment(text)
        except ValueError as error:
            raise serializers.ValidationError(str(error)) from None


def recorded(request: Request) -> Payment:
    """The payment of this body. Raises ApiError (400) naming what is wrong, PermissionDenied."""
    values: dict[str, Any] = read_body(CashSerializer, request.data, examples=EXAMPLES)
    try:
        return record_cash(
            property_id=values["propertyId"],
            tenant_id=values.get("tenantId"),
            amount=values["amount"],
            receipt_number=values["receiptNumber"],
            reason=values["reason"],
            paid_at=values.get("paidAt"),
            caller=caller_from(request),
            at=clock.database_now(),
        )
    except NotAllowed as error:
        raise not_allowed(error) from None
    except Refused as error:
        raise bad_fields({NAMES.get(error.field, error.field): [f"{error.message}."]}) from None
