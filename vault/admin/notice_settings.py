"""Which notices are switched on, by partner and channel; the buttons that switch them."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse

from core.admin import shown
from core.admin.alerts import steps_of
from core.admin.base import RecordAdmin, column
from core.admin.confirm import Confirmation, Outcome, ReasonForm
from core.admin.filters import ChoiceFilter
from core.admin.record import Facts, Headline, Record
from vault.admin.acting import RentalAction, caller, told
from vault.admin.owner_actions import partner_choices
from vault.admin.rental_filters import PartnerFilter
from vault.admin.rental_forms import choice
from vault.models import NoticeKind, NoticeSetting
from vault.operations.notices import change_setting

LABELS = {"partner": "Partner", "kind": "Kind"}
SAYS_NOTHING_OF_BEFORE = (
    "Nobody is told of what happened before: only of what happens from now on."
)


class SettingForm(ReasonForm):
    """By which channels a kind is sent."""

    field_order: tuple[str, ...] = ("by_sms", "by_email", "reason")
    by_sms = forms.BooleanField(label="By SMS", required=False)
    by_email = forms.BooleanField(label="By email", required=False)


class NewSettingForm(SettingForm):
    """Whose, and which kind."""

    partner = choice("Partner", [])
    kind = choice("Kind", NoticeKind.choices)
    field_order = ("partner", "kind", *SettingForm.field_order)

    def __init__(
        self, *args: Any, partners: Sequence[tuple[str, str]] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["partner"].choices = list(partners)  # type: ignore[attr-defined]


class SwitchNotices(RentalAction):
    """Above the list: any kind of any partner."""

    name = "switch"
    label = "Switch a kind on or off…"
    permission = "change"
    primary = True

    def form_for(self, request: HttpRequest, rows: Sequence[Any]) -> Callable[..., forms.Form]:
        """With the partners that the person may see."""
        return partial(NewSettingForm, partners=partner_choices(request))

    def confirmation(self, request: HttpRequest, rows: Sequence[Any]) -> Confirmation:
        """What it does."""
        return Confirmation(
            title="Switch a kind of notice on or off",
            button="Switch it",
            will_happen=[
                "Notices of this kind go out by the channels that you tick, and by no other.",
                SAYS_NOTHING_OF_BEFORE,
            ],
        )

    def perform(
        self, *, request: HttpRequest, rows: Sequence[Any], answers: dict[str, Any], at: datetime
    ) -> Outcome:
        """Switch."""
        with told(LABELS):
            row = change_setting(
                partner_id=UUID(answers["partner"]), kind=answers["kind"],
                by_sms=answers["by_sms"], by_email=answers["by_email"], reason=answers["reason"],
                caller=caller(request), at=at,
            )  # fmt: skip
        return Outcome(text=f"{row.get_kind_display()}: {_channels(row)}.")


class ChangeSetting(RentalAction):
    """On the page of one kind."""

    name = "change_channels"
    label = "Change…"
    permission = "change"
    primary = True
    form_class = SettingForm

    def initial(self, request: HttpRequest, rows: Sequence[Any]) -> dict[str, Any]:
        """As it is."""
        return {
            "by_sms": rows[0].sms_since is not None,
            "by_email": rows[0].email_since is not None,
        }

    def confirmation(self, request: HttpRequest, rows: Sequence[Any]) -> Confirmation:
        """What it does."""
        row = rows[0]
        return Confirmation(
            title=f"{row.get_kind_display()}: change the channels",
            button="Change the channels",
            will_happen=[
                f"Of {row.partner}. Now: {_channels(row)}.",
                SAYS_NOTHING_OF_BEFORE,
                "What is written down already is still sent.",
            ],
        )

    def perform(
        self, *, request: HttpRequest, rows: Sequence[Any], answers: dict[str, Any], at: datetime
    ) -> Outcome:
        """Change."""
        with told(LABELS):
            row = change_setting(
                partner_id=rows[0].partner_id, kind=rows[0].kind, by_sms=answers["by_sms"],
                by_email=answers["by_email"], reason=answers["reason"],
                caller=caller(request), at=at,
            )  # fmt: skip
        return Outcome(text=f"{row.get_kind_display()}: {_channels(row)}.")


class KindFilter(ChoiceFilter):
    """What it tells."""

    title = "kind"
    parameter_name = "kind"
    column = "kind"
    values = tuple((kind.value, kind.label) for kind in NoticeKind)


@admin.register(NoticeSetting)
class NoticeSettingAdmin(RecordAdmin):
    """Kinds that were switched on once. All others are off."""

    purpose = "Which notices a partner's owners and tenants get. What is not listed is off."
    nothing_yet = "No kind was ever switched on: nobody is told anything."
    list_display = ("kind_text", "partner", "sms", "email")
    list_filter = (KindFilter, PartnerFilter)
    list_select_related = ("partner",)
    ordering = ("partner__name", "kind")
    partner_path = "partner"
    list_actions = (SwitchNotices,)
    row_actions = (ChangeSetting,)

    @column("Kind")
    def kind_text(self, row: NoticeSetting) -> str:
        """What it tells, and whom."""
        return row.get_kind_display()

    @column("By SMS since")
    def sms(self, row: NoticeSetting) -> Any:
        """Since when, or off."""
        return shown.moment(row.sms_since) if row.sms_since else "Off"

    @column("By email since")
    def email(self, row: NoticeSetting) -> Any:
        """Since when, or off."""
        return shown.moment(row.email_since) if row.email_since else "Off"

    def record(self, request: HttpRequest, row: NoticeSetting) -> Record:
        """One kind of one partner."""
        sent = reverse("admin:vault_notice_changelist")
        return Record(
            headline=Headline(
                kind="Notices", main=row.get_kind_display(), beside=f"of {row.partner}",
                meaning=f"Now: {_channels(row)}.",
            ),
            sections=[
                Facts(
                    title="Facts",
                    rows=[
                        ("By SMS since", self.sms(row)),
                        ("By email since", self.email(row)),
                        ("Notices", shown.link(f"{sent}?kind={row.kind}", "Show them")),
                    ],
                ),
                steps_of(row),
            ],
        )  # fmt: skip


def _channels(row: NoticeSetting) -> str:
    ways = [("SMS", row.sms_since), ("email", row.email_since)]
    on = [name for name, since in ways if since is not None]
    return f"by {' and '.join(on)}" if on else "off"
