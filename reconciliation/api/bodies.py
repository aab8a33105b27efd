"""The bodies of what is asked of the watchtower."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.refusals import Refused
from disbursements.api.fields import Text
from disbursements.api.retry_body import ReasonSerializer
from reconciliation.models import SubjectKind
from reconciliation.operations.bulk import BULK_MAX
from reconciliation.operations.triggers import checked_trigger
from vault.api.bodies import StrictSerializer

ID_EXAMPLE = "507f1f77bcf86cd799439011"
WHY = "the bank's letter of 3 May says the same"
TRIGGER_HELP = "Kept with the check: up to 40 small letters and underlines"
EXAMPLES = {
    "trigger": '"manual_dashboard"', "sessionIds": f'["{ID_EXAMPLE}"]',
    "selection": '{"of": "findings", "status": "open"}', "reason": f'"{WHY}"',
    "assignedTo": '"asha"', "kind": '"payment"',
}  # fmt: skip


class Trigger(Text):
    """What had it checked, in the caller's word."""

    default_error_messages = {
        "not_one": "write up to 40 small letters and underlines, such as manual_dashboard."
    }

    def to_internal_value(self, data: Any) -> str:
        """The same; refuses everything else."""
        if not isinstance(data, str):
            self.fail("not_one")
        try:
            return checked_trigger(data)
        except Refused:
            self.fail("not_one")


@extend_schema_field({"type": "array", "items": {"type": "string"}, "maxItems": BULK_MAX})
class Ids(serializers.Field):
    """Ids as JSON texts; which of them there are is told by the operation."""

    default_error_messages = {
        "no_list": f'must be a list of ids, such as ["{ID_EXAMPLE}"].',
        "no_text": "number {number} must be a text in quotation marks, such as "
        f'"{ID_EXAMPLE}".',
    }  # fmt: skip

    def to_internal_value(self, data: Any) -> list[str]:
        """Refuses what is no list of texts."""
        if not isinstance(data, list):
            self.fail("no_list")
        for number, each in enumerate(data, start=1):
            if not isinstance(each, str):
                self.fail("no_text", number=number)
        return data

    def to_representation(self, value: Any) -> Any:
        """Never answered."""
        return value


@extend_schema_field({"type": "object", "additionalProperties": {"type": "string"}})
class Filters(serializers.Field):
    """Filters of a list, as texts."""

    default_error_messages = {
        "no_object": 'must be an object of filters, such as {{"of": "findings", '
        '"status": "open"}}.',
        "no_text": "{name} must be a text in quotation marks, such as open.",
    }

    def to_internal_value(self, data: Any) -> dict[str, str]:
        """Refuses what is no object of texts."""
        if not isinstance(data, dict):
            self.fail("no_object")
        for name, each in data.items():
            if not isinstance(each, str):
                self.fail("no_text", name=name[:60])
        return data

    def to_representation(self, value: Any) -> Any:
        """Never answered."""
        return value


class CheckAskedSerializer(StrictSerializer):
    """What is known of one; the body may be left out."""

    trigger = Trigger(required=False, help_text=TRIGGER_HELP)
    kind = serializers.ChoiceField(
        choices=SubjectKind.values,
        required=False,
        help_text="Only where several kinds have the same id or reference",
        error_messages={
            "invalid_choice": f"use one of {', '.join(SubjectKind.values)}, such as payment."
        },
    )


class BulkAskedSerializer(StrictSerializer):
    """Which ones: ids, or all that match the filters of a list."""

    sessionIds = Ids(required=False, help_text=f"At most {BULK_MAX:,}")  # noqa: N815
    selection = Filters(
        required=False,
        help_text="`of`: findings or runs; beside it the filters of that list",
    )
    trigger = Trigger(required=False, help_text=TRIGGER_HELP)

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        """One of the two."""
        if ("sessionIds" in values) == ("selection" in values):
            raise serializers.ValidationError(
                {"sessionIds": [f'send either it or selection, such as ["{ID_EXAMPLE}"].']}
            )
        return values


class AssignSerializer(ReasonSerializer):
    """Whose it is from now on."""

    assignedTo = Text(  # noqa: N815
        help_text="A username; an empty text takes it back", allow_blank=True
    )
