"""The body of POST /api/disburse: field by field, nothing unknown, nothing of another type."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core import money
from disbursements.api.fields import ID_EXAMPLE, Id, Shillings, Text, Whole
from disbursements.rules import intake
from disbursements.rules.intake import Instruction, Problem
from vault.api.bodies import StrictSerializer, read_body
from vault.api.errors import ApiError, bad_fields

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
    "partner": f'"{ID_EXAMPLE}"',
}
COMPLETE = Instruction(client_reference="SAL-0001", msisdn="0700000001", amount="1250")


@extend_schema_field({"type": "integer", "minimum": intake.AMOUNT_UNITS_MIN,
                      "maximum": intake.AMOUNT_UNITS_MAX, "example": 1250})  # fmt: skip
class Amount(Shillings):
    """Whole shillings."""


class InstructionSerializer(StrictSerializer):
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
    partner = Id(
        required=False,
        help_text="Whose payout it is: needed from a member of staff who sees several partners",
    )


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The instruction, and the shortcode and the partner if they were named."""

    instruction: Instruction
    shortcode_number: str | None
    partner_id: UUID | None


def read_instruction(body: Any) -> Asked:
    """What a body asks for.

    Raises ApiError (400) naming each field that is missing, unknown or of another type.
    """
    try:
        values = read_body(InstructionSerializer, body, examples=EXAMPLES)
    except ApiError as error:
        raise bad_fields(_wrong_content(body) | error.fields) from None
    instruction = Instruction(**{ours: values[theirs] for ours, theirs in NAMES.items()})
    return Asked(
        instruction=instruction,
        shortcode_number=values.get("shortcode"),
        partner_id=values.get("partner"),
    )


def camel(problems: Iterable[Problem]) -> dict[str, list[str]]:
    """What is wrong with the content of fields, under the wire's names."""
    fields: dict[str, list[str]] = {}
    for problem in problems:
        fields.setdefault(NAMES[problem.field], []).append(f"{problem.message}.")
    return fields


def _wrong_content(body: Any) -> dict[str, list[str]]:
    """What is wrong with the content of the fields whose type is right."""
    fields, values = InstructionSerializer().fields, {}
    for ours, theirs in NAMES.items():
        if isinstance(body, Mapping) and theirs in body:
            with suppress(serializers.ValidationError):
                values[ours] = fields[theirs].run_validation(body[theirs])
    instruction = replace(COMPLETE, **values)
    _, problems = intake.check(instruction, retries_limit=settings.VAULT_MAX_RETRIES_LIMIT)
    return camel(problem for problem in problems if problem.field in values)
