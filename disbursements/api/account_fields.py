"""What the API takes and says of connected accounts."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from disbursements.api.fields import ID_EXAMPLE, Id, Text
from disbursements.models import ConnectedAccount
from disbursements.queries import accounts
from disbursements.queries.account_selection import RECEIVES, STATES, state_of
from disbursements.rules.account_facts import ACCOUNT_EXAMPLE
from disbursements.rules.receiving import SAID
from gateways.interface import Capability
from vault.api.bodies import StrictSerializer

NAMES = {"user_id": "userId", "account_id": "accountId", "partner": "partner"}
EXAMPLES = {
    "accountId": f'"{ACCOUNT_EXAMPLE}"', "reason": '"the user opened a new account"',
    "partner": f'"{ID_EXAMPLE}"',
}  # fmt: skip
SAVE = """Say which connected account a user of yours is paid at.

The same again changes nothing. Another account than before needs a `reason`, which is kept for
ever; payouts that are on their way then stay with the account that they began with. Stripe is
asked within a minute whether the new account may receive, and who waited for it is paid.
"""
BODY = {"accountId": ACCOUNT_EXAMPLE}
ANSWER = {
    "success": True,
    "account": {
        "userId": "user-1", "accountId": ACCOUNT_EXAMPLE, "partner": ID_EXAMPLE,
        "state": "transfers_inactive", "mayReceive": False,
        "why": "this account may not receive transfers: the user must finish verification",
        "transfers": "inactive", "country": "US", "currency": "USD", "payoutsEnabled": False,
        "currentlyDue": ["individual.verification.document"], "pastDue": [],
        "disabledReason": "requirements.past_due", "bankFailure": "", "winnersWaiting": 1,
        "leftAt": None, "checkedAt": "2026-11-21T08:00:00Z", "checkAt": "2026-11-22T08:00:00Z",
        "checkError": "", "createdAt": "2026-11-20T08:00:00Z", "changedAt": "2026-11-20T08:00:00Z",
    },
}  # fmt: skip


class AccountBody(StrictSerializer):
    """Body of PUT /api/payouts/accounts/{userId}."""

    accountId = Text(help_text=f"Stripe's id, such as {ACCOUNT_EXAMPLE}")  # noqa: N815
    reason = Text(
        required=False, help_text="Needed when the user had another account: 8 to 500 characters"
    )
    partner = Id(required=False, help_text="Needed of those who see several partners")


class AccountSerializer(serializers.Serializer):
    """One connected account, as Stripe last described it."""

    userId = serializers.CharField(source="user_id")  # noqa: N815 - the wire's names
    accountId = serializers.CharField(source="account_id")  # noqa: N815
    partner = serializers.UUIDField(source="partner_id")
    state = serializers.SerializerMethodField()
    mayReceive = serializers.SerializerMethodField()  # noqa: N815
    why = serializers.SerializerMethodField()
    transfers = serializers.ChoiceField(choices=[each.value for each in Capability])
    country = serializers.CharField()
    currency = serializers.CharField()
    payoutsEnabled = serializers.BooleanField(source="payouts_enabled")  # noqa: N815
    currentlyDue = serializers.ListField(  # noqa: N815
        source="currently_due", child=serializers.CharField()
    )
    pastDue = serializers.ListField(  # noqa: N815
        source="past_due", child=serializers.CharField()
    )
    disabledReason = serializers.CharField(source="disabled_reason")  # noqa: N815
    bankFailure = serializers.CharField(source="bank_failure")  # noqa: N815
    winnersWaiting = serializers.SerializerMethodField()  # noqa: N815
    leftAt = serializers.DateTimeField(source="left_at")  # noqa: N815
    checkedAt = serializers.DateTimeField(source="standing_at")  # noqa: N815
    checkAt = serializers.DateTimeField(source="refresh_at")  # noqa: N815
    checkError = serializers.CharField(source="refresh_error")  # noqa: N815
    createdAt = serializers.DateTimeField(source="created_at")  # noqa: N815
    changedAt = serializers.DateTimeField(source="changed_at")  # noqa: N815

    @extend_schema_field({"type": "string", "enum": [str(state) for state in STATES]})
    def get_state(self, row: ConnectedAccount) -> str:
        """Whether it receives, or why not, in a word."""
        return str(state_of(row))

    def get_mayReceive(self, row: ConnectedAccount) -> bool:  # noqa: N802
        """Whether a transfer to it would be tried now."""
        return state_of(row) == RECEIVES

    def get_why(self, row: ConnectedAccount) -> str:
        """Why it does not receive, in a sentence; empty when it does."""
        return SAID.get(state_of(row), "")

    def get_winnersWaiting(self, row: ConnectedAccount) -> int:  # noqa: N802
        """How many winners wait for it."""
        waiting: dict[Any, int] = self.context["waiting"]
        return waiting.get((row.partner_id, row.user_id), 0)


class AccountAnswer(serializers.Serializer):
    """One account."""

    success = serializers.BooleanField()
    account = AccountSerializer()


class AccountsAnswer(serializers.Serializer):
    """A page of accounts; `nextCursor` null on the last."""

    success = serializers.BooleanField()
    accounts = AccountSerializer(many=True)
    nextCursor = serializers.CharField(allow_null=True)  # noqa: N815


def described(rows: list[ConnectedAccount]) -> list[dict[str, Any]]:
    """The rows as they are answered; one query more."""
    context = {"waiting": accounts.waiting_of(rows) if rows else {}}
    return list(AccountSerializer(rows, many=True, context=context).data)
