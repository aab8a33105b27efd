"""Amounts in answers: JSON numbers where that was promised, exact decimals in text elsewhere."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core import money
from disbursements.api.fields import Shillings


def in_units(amount_minor: int, currency: str) -> int | float:
    """`1250`, or `12.5` where there are cents: the digits are exact, nobody reckons with it."""
    amount = money.major(amount_minor, currency)
    return int(amount) if amount == amount.to_integral_value() else float(amount)


@extend_schema_field({"type": "number", "example": 1250})
class UnitsAnswered(serializers.Field):
    """What `in_units` answers."""

    def to_representation(self, value: Any) -> Any:
        """As it is."""
        return value

    def to_internal_value(self, data: Any) -> Any:
        """Never taken."""
        raise NotImplementedError


@extend_schema_field(
    {"oneOf": [{"type": "string"}, {"type": "number"}], "example": "12.50"}
)  # fmt: skip
class ExactTaken(Shillings):
    """An amount in the currency's units, as JSON text or number; its digits stay exact."""

    default_error_messages = {
        "wrong_type": 'must be an amount in digits, such as "12.50".',
        "null": 'must be an amount in digits, such as "12.50", and not null.',
    }


@extend_schema_field({"type": "string", "example": "12.50"})
class ExactAnswered(UnitsAnswered):
    """An exact decimal in text, with the decimals of its currency: `money.plain`."""
