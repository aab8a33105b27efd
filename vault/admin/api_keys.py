"""API keys: their first characters, what they may do, and ending them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from core import refusals, states
from core.admin import shown
from core.admin.alerts import steps_of
from core.admin.base import RecordAdmin, column
from core.admin.confirm import Confirmation, ConfirmedAction, Outcome, Refused, actor_of
from core.admin.filters import ChoiceFilter
from core.admin.record import Column, Facts, Headline, Record
from vault.models import ApiKey
from vault.operations.add_api_key import revoke_api_key


class RevokeKey(ConfirmedAction):
    """End a key for good."""

    name = "revoke"
    label = "Revoke…"
    explanation = "The partner's programs that use it are refused at once."
    primary = True

    def offered(self, row: ApiKey) -> bool:
        """While it is valid."""
        return row.revoked_at is None

    def confirmation(self, request: HttpRequest, rows: Sequence[ApiKey]) -> Confirmation:
        """What revoking means."""
        row = rows[0]
        return Confirmation(
            title=f"Revoke the key {row.prefix}…",
            button=f"Revoke the key of {row.partner}",
            will_happen=[
                f"Every request of {row.partner} with this key is refused from now on.",
                "It cannot be undone: a new key is made with manage.py add_api_key.",
                "Payouts that are instructed already go on.",
            ],
            columns=[Column(label="Key"), Column(label="Partner"), Column(label="Last used")],
            lines=[[f"{row.prefix}…", row.partner, shown.moment(row.last_used_at)]],
            count=1,
            noun="key",
        )

    def perform(
        self, *, request: HttpRequest, rows: Sequence[Any], answers: dict[str, Any], at: datetime
    ) -> Outcome:
        """Revoke."""
        row, actor = rows[0], actor_of(request)
        try:
            with transaction.atomic():
                revoke_api_key(key=str(row.pk), actor=actor, at=at)
                states.note(row, at=at, because=f"why: {answers['reason']}", actor=actor)
        except refusals.Refused as error:
            raise Refused(f"{error}. Nothing was changed.") from None
        return Outcome(text=f"The key {row.prefix}… is revoked.")


class ValidFilter(ChoiceFilter):
    """Valid or revoked."""

    title = "state"
    parameter_name = "state"
    values = (("valid", "Valid"), ("revoked", "Revoked"))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Valid or revoked keys."""
        if self.value() in dict(self.values):
            return queryset.filter(revoked_at__isnull=self.value() == "valid")
        return queryset


@admin.register(ApiKey)
class ApiKeyAdmin(RecordAdmin):
    """How partners' programs prove who they are."""

    purpose = "Only the first characters are known here; a key is shown once, when it is made."
    nothing_yet = "No key yet: manage.py add_api_key --partner ID makes one."
    list_display = ("key", "partner", "may_do", "state", "used", "since")
    list_filter = (ValidFilter,)
    list_select_related = ("partner",)
    search_fields = ("prefix", "partner__name")
    search_help_text = "First characters or partner"
    ordering = ("-created_at",)
    row_actions = (RevokeKey,)
    partner_path = "partner"

    @column("Key")
    def key(self, row: ApiKey) -> str:
        """Its first characters."""
        return f"{row.prefix}…"

    @column("May")
    def may_do(self, row: ApiKey) -> str:
        """Its scopes."""
        return ", ".join(row.scopes)

    @column("State")
    def state(self, row: ApiKey) -> Any:
        """Valid or revoked."""
        return _state(row)

    @column("Last used")
    def used(self, row: ApiKey) -> Any:
        """When it was last used."""
        return shown.moment(row.last_used_at)

    @column("Since")
    def since(self, row: ApiKey) -> Any:
        """When it was made."""
        return shown.moment(row.created_at)

    def record(self, request: HttpRequest, row: ApiKey) -> Record:
        """One key."""
        partner = reverse("admin:vault_partner_change", args=[row.partner_id])
        return Record(
            headline=Headline(
                kind="API key", main=f"{row.prefix}…", beside=f"of {row.partner}",
                status=_state(row),
            ),
            sections=[
                Facts(
                    title="Facts",
                    rows=[
                        ("Partner", shown.link(partner, row.partner)),
                        ("May", ", ".join(row.scopes)),
                        ("Made", shown.moment(row.created_at)),
                        ("Last used", shown.moment(row.last_used_at)),
                        ("Revoked", shown.moment(row.revoked_at)),
                    ],
                ),
                steps_of(row),
            ],
        )  # fmt: skip


def _state(row: ApiKey) -> Any:
    if row.revoked_at:
        return shown.status("Revoked", meaning="Requests with it are refused.", tone=shown.MUTE)
    return shown.status("Valid", meaning="Requests with it are taken.", tone=shown.GOOD)
