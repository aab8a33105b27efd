"""Amounts as the source document answers them: JSON numbers of shillings."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from disbursements.api.amounts import in_units
from disbursements.api.fields import Shillings


def in_shillings(amount_minor: int, currency: str) -> int | float:
    """`9500`, or `500.5` where there are cents: the digits are exact, nobody reckons with it."""
    return in_units(amount_minor, currency)


@extend_schema_field({"type": "number", "minimum": 1, "example": 10000})
class ShillingsTaken(Shillings):
    """An amount in shillings of a body."""


@extend_schema_field({"type": "number", "example": 9500})
class ShillingsAnswered(serializers.Field):
    """What `in_shillings` answers; null where nothing is known yet."""

    def to_representation(self, value: Any) -> Any:
        """As it is."""
        return value

    def to_internal_value(self, data: Any) -> Any:
        """Never taken: amounts are taken by fields.Shillings."""
        raise NotImplementedError
