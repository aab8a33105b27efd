"""Buttons about properties and tenants: add, change."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest

from core.admin.confirm import Confirmation, Outcome
from vault.admin.acting import (
    RentalAction,
    caller,
    maybe_shillings,
    page_of,
    shillings,
    told,
    written,
)
from vault.admin.owner_actions import NOT_IN_USE, outcome_of
from vault.admin.rental_forms import (
    LABELS,
    NewHolderForm,
    NewPropertyForm,
    NewTenantForm,
    PropertyForm,
    TenantForm,
)
from vault.models import Owner, Property, Shortcode, Tenant
from vault.operations.properties import add_property, change_property
from vault.operations.tenants import add_tenant, change_tenant
from vault.rules.rental_facts import PropertyFacts, TenantFacts
from vault.rules.tenant_file import phones_in

NO_PHONES = "none"


class AddProperty(RentalAction):
    """On an owner's page."""

    name = "new_property"
    label = "Add a property…"
    model_permission = "vault.add_property"
    primary = True

    def form_for(self, request: HttpRequest, rows: Sequence[Any]) -> Callable[..., forms.Form]:
        """With the shortcodes of the owner's partner."""
        found = Shortcode.objects.of_mpesa().filter(partner_id=rows[0].partner_id, is_active=True)
        return partial(NewPropertyForm, shortcodes=[(row.number, row.number) for row in found])

    def confirmation(self, request: HttpRequest, rows: Sequence[Owner]) -> Confirmation:
        """What it does."""
        return Confirmation(
            title=f"Add a property of {rows[0].name}",
            button="Add the property",
            will_happen=[
                "Money that comes in under its account is rent of this property from now on.",
                "It is forwarded as the owner says; the property's page can say otherwise.",
            ],
        )

    def perform(
        self, *, request: HttpRequest, rows: Sequence[Any], answers: dict[str, Any], at: datetime
    ) -> Outcome:
        """Add."""
        with told(LABELS):
            row = add_property(
                owner_id=rows[0].pk,
                facts=PropertyFacts(
                    name=answers["name"],
                    account_reference=answers["account_reference"],
                    rent_minor=shillings(answers["rent"], field="rent"),
                ),
                shortcode_number=answers["shortcode"],
                caller=caller(request),
                at=at,
                reason=answers["reason"],
            )
        return Outcome(text=f"{row.name} is added. Add its tenants next.", url=page_of(row))


class ChangeProperty(RentalAction):
    """Name, account, rent, in use."""

    name = "edit"
    label = "Change…"
    form_class = PropertyForm

    def initial(self, request: HttpRequest, rows: Sequence[Any]) -> dict[str, Any]:
        """As it is now."""
        row = rows[0]
        return {
            "name": row.name,
            "account_reference": row.account_reference,
            "rent": written(row.rent_minor),
            "is_active": "yes" if row.is_active else "no",
        }

    def confirmation(self, request: HttpRequest, rows: Sequence[Property]) -> Confirmation:
        """What it does."""
        return Confirmation(
            title=f"Change {rows[0].name}",
            button="Save the change",
            will_happen=[
                "Another account is understood from now on, and so is the former one.",
                "Another rent holds for tenants who have none of their own; what was paid stays.",
                NOT_IN_USE,
            ],
        )

    def perform(
        self, *, request: HttpRequest, rows: Sequence[Any], answers: dict[str, Any], at: datetime
    ) -> Outcome:
        """Change what differs."""
        with told(LABELS):
            changed = change_property(
                property_id=rows[0].pk,
                changes={
                    "name": answers["name"],
                    "account_reference": answers["account_reference"],
                    "rent_minor": shillings(answers["rent"], field="rent"),
                    "is_active": answers["is_active"] == "yes",
                },
                reason=answers["reason"],
                caller=caller(request),
                at=at,
            )
        return outcome_of(changed)


class MoveProperty(RentalAction):
    """Another owner has it from now on."""

    name = "move"
    label = "Move to another owner…"

    def form_for(self, request: HttpRequest, rows: Sequence[Any]) -> Callable[..., forms.Form]:
        """With the other owners of the partner."""
        row = rows[0]
        others = Owner.objects.filter(partner_id=row.partner_id, is_active=True)
        named = others.exclude(pk=row.owner_id).values_list("pk", "name")
        return partial(NewHolderForm, owners=[(str(pk), name) for pk, name in named])

    def confirmation(self, request: HttpRequest, rows: Sequence[Property]) -> Confirmation:
        """What stays whose."""
        row = rows[0]
        return Confirmation(
            title=f"Move {row.name} to another owner",
            button="Move the property",
            will_happen=[
                f"Rents allocated so far stay {row.owner}'s and are forwarded to them.",
                "Rents that come in from now on are the new owner's.",
                "It raises an alert, so that somebody else looks at it.",
            ],
        )

    def perform(
        self, *, request: HttpRequest, rows: Sequence[Any], answers: dict[str, Any], at: datetime
    ) -> Outcome:
        """Move."""
        with told(LABELS):
            changed = change_property(
                property_id=rows[0].pk, changes={"owner_id": UUID(answers["owner"])},
                reason=answers["reason"], caller=caller(request), at=at,
            )  # fmt: skip
        return outcome_of(changed)


class AddTenant(RentalAction):
    """On a property's page."""

    name = "new_tenant"
    label = "Add a tenant…"
    model_permission = "vault.add_tenant"
    form_class = NewTenantForm
    primary = True

    def initial(self, request: HttpRequest, rows: Sequence[Any]) -> dict[str, Any]:
        """English."""
        return {"language": "en"}

    def confirmation(self, request: HttpRequest, rows: Sequence[Property]) -> Confirmation:
        """What it does."""
        return Confirmation(
            title=f"Add a tenant of {rows[0].name}",
            button="Add the tenant",
            will_happen=["Nobody is prompted to pay by this: that is a button of its own."],
        )

    def perform(
        self, *, request: HttpRequest, rows: Sequence[Any], answers: dict[str, Any], at: datetime
    ) -> Outcome:
        """Add."""
        with told(LABELS):
            row = add_tenant(
                property_id=rows[0].pk,
                facts=TenantFacts(**_tenant(answers), phones=phones_in(answers["phones"])),
                caller=caller(request),
                at=at,
                reason=answers["reason"],
            )
        return Outcome(text=f"{row.name} is added.", url=page_of(row))


class ChangeTenant(RentalAction):
    """Name, phones, account, rent, in use."""

    name = "edit"
    label = "Change…"
    form_class = TenantForm
    primary = True

    def initial(self, request: HttpRequest, rows: Sequence[Any]) -> dict[str, Any]:
        """As it is now; looking at phones is kept in the trail, so they are not filled in."""
        row = rows[0]
        return {
            "name": row.name,
            "unit": row.unit,
            "account_reference": row.account_reference,
            "rent": written(row.rent_minor),
            "email": row.email,
            "language": row.language,
            "since_date": row.since_date,
            "is_active": "yes" if row.is_active else "no",
        }

    def confirmation(self, request: HttpRequest, rows: Sequence[Tenant]) -> Confirmation:
        """What it does."""
        return Confirmation(
            title=f"Change {rows[0].name}",
            button="Save the change",
            will_happen=[
                "The old and the new values are kept in the history.",
                "The account of a tenant who left can be given to who comes after.",
            ],
        )

    def perform(
        self, *, request: HttpRequest, rows: Sequence[Any], answers: dict[str, Any], at: datetime
    ) -> Outcome:
        """Change what differs."""
        with told(LABELS):
            changes = _tenant(answers) | {"is_active": answers["is_active"] == "yes"}
            if answers["phones"].strip().lower() == NO_PHONES:
                changes["phones"] = ()
            elif answers["phones"].strip():
                changes["phones"] = phones_in(answers["phones"])
            changed = change_tenant(
                tenant_id=rows[0].pk, changes=changes, reason=answers["reason"],
                caller=caller(request), at=at,
            )  # fmt: skip
        return outcome_of(changed)


def _tenant(answers: dict[str, Any]) -> dict[str, Any]:
    plain = ("name", "unit", "account_reference", "email", "language", "since_date")
    return {
        **{name: answers[name] for name in plain},
        "rent_minor": maybe_shillings(answers["rent"], field="rent"),
    }
