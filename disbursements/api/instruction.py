"""The body of POST /api/disburse: field by field, nothing unknown, nothing of another type."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core import money
from disbursements.api.fields import Shillings, Text, Whole
from disbursements.rules import intake
from disbursements.rules.intake import Instruction
from vault.api.errors import bad_fields

NAMES = {
    "client_reference": "clientReference",
    "msisdn": "msisdn",
    "amount": "amount",
    "currency": "currency",
    "command_id": "commandId",
    "remarks": "remarks",
    "payee_name": "payeeName",
    "max_retries": "maxRetries",
}
EXAMPLES = {
    "clientReference": '"SAL-2026-11-0001"',
    "msisdn": '"0712345678"',
    "amount": "1250",
}
NAME_SHOWN_MAX = 60
UNKNOWN_SHOWN_MAX = 20


@extend_schema_field({"type": "integer", "minimum": intake.AMOUNT_UNITS_MIN,
                      "maximum": intake.AMOUNT_UNITS_MAX, "example": 1250})  # fmt: skip
class Amount(Shillings):
    """Whole shillings."""


class InstructionSerializer(serializers.Serializer):
    """One payout to instruct."""

    clientReference = Text(  # noqa: N815 - the wire's name
        help_text="Your own reference; one payout is made per reference, however often you send it"
    )
    msisdn = Text(help_text="A Kenyan mobile number in any usual form")
    amount = Amount(help_text="Whole shillings")
    currency = Text(required=False, default="KES", help_text=", ".join(sorted(money.EXPONENTS)))
    commandId = Text(  # noqa: N815
        required=False, default=intake.COMMANDS[0], help_text=", ".join(intake.COMMANDS)
    )
    remarks = Text(required=False, default="", allow_blank=True, help_text="2 to 100 characters")
    maxRetries = Whole(  # noqa: N815
        required=False,
        allow_null=True,
        default=None,
        help_text="How often a payout that failed for a passing reason is tried again",
    )
    payeeName = Text(required=False, default="", allow_blank=True)  # noqa: N815
    shortcode = Text(
        required=False, help_text="The paybill or till to pay from, when you have several"
    )

    def to_internal_value(self, data: Any) -> Any:
        """Refuses what is not named here, then each field of another type."""
        if not isinstance(data, Mapping):
            raise serializers.ValidationError({"body": ["must be a JSON object."]})
        unknown = [name for name in data if name not in self.fields]
        if unknown:
            known = ", ".join(self.fields)
            raise serializers.ValidationError(
                {
                    _shown(name): [f"is not a field of this request. Fields are: {known}."]
                    for name in unknown[:UNKNOWN_SHOWN_MAX]
                }
            )
        return super().to_internal_value(data)


def read_instruction(body: Any) -> tuple[Instruction, str | None]:
    """The instruction, and the number of the shortcode if one was named.

    Raises ApiError (400) naming each field that is missing, unknown or of another type.
    """
    serializer = InstructionSerializer(data=body)
    if not serializer.is_valid():
        raise bad_fields(
            {
                name: [_sentence(name, message) for message in messages]
                for name, messages in serializer.errors.items()
            }
        )
    values = serializer.validated_data
    instruction = Instruction(**{ours: values[theirs] for ours, theirs in NAMES.items()})
    return instruction, values.get("shortcode")


def _sentence(name: str, message: Any) -> str:
    if getattr(message, "code", "") == "required":
        return f"is missing: an example is {EXAMPLES[name]}."
    if getattr(message, "code", "") == "blank":
        return f"is empty: an example is {EXAMPLES.get(name, 'a text')}."
    if getattr(message, "code", "") == "null":
        return "must not be null: leave the field out instead."
    return str(message)


def _shown(name: str) -> str:
    name = name.encode(errors="replace").decode().replace("\x00", "?")
    return name if len(name) <= NAME_SHOWN_MAX else f"{name[:NAME_SHOWN_MAX]}…"
