"""The bodies of what is asked of loans."""

from rest_framework import serializers

from disbursements.api.fields import ID_EXAMPLE, Id, Text
from disbursements.api.retry_body import ReasonSerializer
from loans.models import ProposalKind
from vault.api.bodies import StrictSerializer

WHY = "the client confirmed the new number at the branch"
EXAMPLES = {
    "reason": f'"{WHY}"', "kind": '"give_up_booking"', "partner": f'"{ID_EXAMPLE}"',
}  # fmt: skip


class SyncAskedSerializer(StrictSerializer):
    """Whose loans; the body may be left out."""

    partner = Id(required=False, help_text="Only this one; all of yours, when left out")
    reason = Text(required=False, default="", help_text="Why: 8 to 500 characters, kept for ever")


class LookSerializer(StrictSerializer):
    """Nothing is needed to look."""


class LoanProposedSerializer(ReasonSerializer):
    """What is proposed."""

    kind = serializers.ChoiceField(
        choices=ProposalKind.values,
        error_messages={
            "invalid_choice": f"use one of {', '.join(ProposalKind.values)}, such as "
            "give_up_booking."
        },
    )
