"""The bodies of the retry desk: which payouts, why, and what the verb needs to know."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.conf import settings
from rest_framework import serializers

from disbursements.api.fields import ID_EXAMPLE, Id, Text, Whole, Yes
from disbursements.api.paging import read_moment
from disbursements.api.retry_query import FILTERS, problem_with
from disbursements.models import BulkVerb
from vault.api.bodies import StrictSerializer, read_body
from vault.api.errors import ApiError, bad_fields

REASON_LENGTH_MIN = 8
REASON_LENGTH_MAX = 500
REASON_EXAMPLE = "Float was topped up at 14:30"
EXAMPLES = {
    "reason": f'"{REASON_EXAMPLE}"',
    "disbursementId": f'"{ID_EXAMPLE}"',
    "maxRetries": "5",
    "at": '"2026-11-21T14:30:00+03:00"',
}
# As in the list; there `reason` is the class of reasons, here it says why somebody acts.
BODY_FILTERS = {("reasonClass" if name == "reason" else name): name for name in FILTERS}


class Reason(Text):
    """Why. Kept in the trail for ever."""

    default_error_messages = {
        "length": f"write {REASON_LENGTH_MIN} to {REASON_LENGTH_MAX} characters, "
        f"such as: {REASON_EXAMPLE}."
    }

    def to_internal_value(self, data: Any) -> str:
        """Refuses what says nothing."""
        text = super().to_internal_value(data).strip()
        if not REASON_LENGTH_MIN <= len(text) <= REASON_LENGTH_MAX:
            self.fail("length")
        return text


class ReasonSerializer(StrictSerializer):
    """Body of a verb about one payout."""

    reason = Reason(help_text=f"{REASON_LENGTH_MIN} to {REASON_LENGTH_MAX} characters")


class BringForwardSerializer(ReasonSerializer):
    """When it is to be sent again."""

    at = Text(required=False, help_text="A moment with offset; now, when left out")

    def validate_at(self, text: str) -> str:
        """A moment that can be read, not long past."""
        try:
            return read_moment(text).isoformat()
        except ValueError as error:
            raise serializers.ValidationError(str(error)) from None


class MaxRetriesSerializer(ReasonSerializer):
    """How often it may be retried."""

    maxRetries = Whole()  # noqa: N815

    def validate_maxRetries(self, number: int) -> int:  # noqa: N802
        """Within the limit of this server."""
        if not 0 <= number <= settings.VAULT_MAX_RETRIES_LIMIT:
            raise serializers.ValidationError(
                f"write a number from 0 to {settings.VAULT_MAX_RETRIES_LIMIT}, such as 3."
            )
        return number


class RetryAskedSerializer(ReasonSerializer):
    """Body of POST /api/disburse/retry: one payout, or all that match the filters."""

    disbursementId = Id(required=False, help_text="One payout")  # noqa: N815
    all = Yes(required=False, help_text="All that match; filters stand beside it")
    force = Yes(
        required=False, default=False,
        help_text="Past its limit or against the table of codes; members of staff only",
    )  # fmt: skip
    dryRun = Yes(  # noqa: N815
        required=False, default=False, help_text="Only tell what would be done"
    )

    def get_fields(self) -> dict[str, Any]:
        """And the filters of the list."""
        return super().get_fields() | {name: Text(required=False) for name in BODY_FILTERS}


@dataclass(frozen=True, kw_only=True)
class RetryAsked:
    """Which payouts to retry: one by its id, or a selection."""

    reason: str
    force: bool
    dry_run: bool
    disbursement_id: UUID | None = None
    selection: dict[str, str] = field(default_factory=dict)

    @property
    def verb(self) -> BulkVerb:
        """Retry, or force."""
        return BulkVerb.FORCE if self.force else BulkVerb.RETRY

    @property
    def chosen(self) -> dict[str, Any]:
        """Which payouts, as the operation takes it; all means what the verb is for."""
        if self.disbursement_id is not None:
            return {"ids": [self.disbursement_id]}
        implied = {"status": "failed"} if self.force else {"retryable": "yes"}
        return {"selection": implied | self.selection}


def read_retry(body: Any) -> RetryAsked:
    """What the body asks for. Raises ApiError (400) naming each wrong field."""
    problems, selection = _wrong_choice(body), _selection(body)
    for name, theirs in BODY_FILTERS.items():
        if theirs in selection and (problem := problem_with(theirs, selection[theirs])):
            problems[name] = [f"{problem}."]
    try:
        values = read_body(RetryAskedSerializer, body, examples=EXAMPLES)
    except ApiError as error:
        raise bad_fields(error.fields | problems) from None
    if problems:
        raise bad_fields(problems)
    return RetryAsked(
        reason=values["reason"], force=values["force"], dry_run=values["dryRun"],
        disbursement_id=values.get("disbursementId"), selection=selection,
    )  # fmt: skip


def _selection(body: Mapping[str, Any]) -> dict[str, str]:
    """The filters that are texts; what is no text is refused as such elsewhere."""
    return {
        theirs: body[name]
        for name, theirs in BODY_FILTERS.items()
        if isinstance(body.get(name), str)
    }


def _wrong_choice(body: Mapping[str, Any]) -> dict[str, list[str]]:
    """One payout and everything that matches exclude each other, and one of them is needed."""
    one, everything = "disbursementId" in body, "all" in body
    if one == everything:
        return {"disbursementId": ['send either it or "all": true, and not both.']}
    if everything and body["all"] is False:
        return {"all": ["must be true; name one payout with disbursementId instead."]}
    filters = [name for name in BODY_FILTERS if name in body]
    if one and filters:
        return {filters[0]: ['belongs to "all": true; disbursementId names the payout already.']}
    return {}
