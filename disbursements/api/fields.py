"""Fields that take a value of their own type only: `true` is no number and 7 is no text."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from rest_framework import serializers

VALUE_LENGTH_MAX = 10_000
ID_EXAMPLE = "0b9c5f6e-3d0b-4a64-9d5e-6f1f0a9c2b11"


class Text(serializers.CharField):
    """A JSON string, taken as it stands; its content is judged by the operation."""

    default_error_messages = {"wrong_type": "must be a text in quotation marks."}

    def __init__(self, **options: Any) -> None:
        super().__init__(trim_whitespace=False, max_length=VALUE_LENGTH_MAX, **options)

    def to_internal_value(self, data: Any) -> str:
        """Refuses numbers, booleans, lists and objects."""
        if not isinstance(data, str):
            self.fail("wrong_type")
        return data


class Whole(serializers.IntegerField):
    """A JSON integer: no text, no boolean, no fraction."""

    default_error_messages = {"wrong_type": "must be a whole number, such as 3."}

    def to_internal_value(self, data: Any) -> int:
        """Refuses everything but an integer."""
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("wrong_type")
        return data


class Shillings(serializers.Field):
    """An amount in shillings as a JSON number or text; answered as the text that was written."""

    default_error_messages = {"wrong_type": "must be a number of shillings, such as 1250."}

    def to_internal_value(self, data: Any) -> str:
        """The digits, exactly; their value is judged by the operation."""
        if isinstance(data, bool) or not isinstance(data, int | Decimal | str):
            self.fail("wrong_type")
        return f"{data:f}" if isinstance(data, Decimal) else str(data)

    def to_representation(self, value: Any) -> Any:
        """Never answered: DisbursementSerializer does."""
        return value


class Id(serializers.UUIDField):
    """An id as a JSON text."""

    default_error_messages = {"wrong_type": f"must be an id, such as {ID_EXAMPLE}."}

    def to_internal_value(self, data: Any) -> UUID:
        """Refuses everything but a UUID in quotation marks."""
        try:
            return UUID(data)
        except (ValueError, TypeError, AttributeError):
            self.fail("wrong_type")


class Yes(serializers.BooleanField):
    """`true` or `false`, and nothing that only looks like them."""

    default_error_messages = {"wrong_type": "must be true or false, without quotation marks."}

    def to_internal_value(self, data: Any) -> bool:
        """Refuses texts and numbers."""
        if not isinstance(data, bool):
            self.fail("wrong_type")
        return data
