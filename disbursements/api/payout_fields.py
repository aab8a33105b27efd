"""The bodies of the verbs about payout jobs and their transfers."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from disbursements.api.amounts import ExactTaken
from disbursements.api.fields import ID_EXAMPLE, Yes
from disbursements.api.retry_body import ReasonSerializer
from disbursements.rules.contest_settlement import WINNERS_MAX

EXAMPLES = {"reason": '"the balance was topped up at 14:30"', "amount": '"12.50"'}


@extend_schema_field({"type": "array", "items": {"type": "string", "format": "uuid"},
                      "maxItems": WINNERS_MAX})  # fmt: skip
class Ids(serializers.Field):
    """Ids of transfers in quotation marks; the same twice counts once."""

    default_error_messages = {
        "wrong_type": f'must be a list of ids such as ["{ID_EXAMPLE}"].',
        "length": f"name 1 to {WINNERS_MAX:,} ids, or leave it out for all of the job.",
        "not_an_id": f"has an entry {{place}} that is not an id, such as {ID_EXAMPLE}.",
    }

    def to_internal_value(self, data: Any) -> list[UUID]:
        """Refuses what is no list of ids."""
        if not isinstance(data, list):
            self.fail("wrong_type")
        if not 1 <= len(data) <= WINNERS_MAX:
            self.fail("length")
        ids: dict[UUID, None] = {}
        for place, each in enumerate(data, start=1):
            try:
                ids[UUID(each)] = None
            except (ValueError, TypeError, AttributeError):
                self.fail("not_an_id", place=place)
        return list(ids)

    def to_representation(self, value: Any) -> Any:
        """Never answered."""
        return value


class CancelJobSerializer(ReasonSerializer):
    """Body of POST /api/payouts/jobs/{id}/cancel."""

    transferIds = Ids(  # noqa: N815 - the wire's name
        required=False, help_text="Only these transfers of the job; all of it when left out"
    )


class RetryJobSerializer(CancelJobSerializer):
    """Body of POST /api/payouts/jobs/{id}/retry."""

    force = Yes(
        required=False, default=False,
        help_text="Failed ones past their limit or against the table of codes; members of staff "
        "only",
    )  # fmt: skip


class ReversalAskedSerializer(ReasonSerializer):
    """Body of POST /api/payouts/transfers/{id}/reversals."""

    amount = ExactTaken(required=False, help_text="All that has not come back yet, when left out")
