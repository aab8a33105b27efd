"""Buttons about an owner: add, change who it is, change where and when rent goes."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest

from core import money
from core.admin import shown
from core.admin.confirm import Confirmation, Outcome
from core.admin.record import Column
from core.admin.scope import of_partners, partners_of
from vault.admin.acting import (
    CURRENCY,
    RentalAction,
    caller,
    maybe_shillings,
    page_of,
    told,
    written,
)
from vault.admin.rental_forms import LABELS, NewOwnerForm, OwnerForm, PlanForm
from vault.models import Owner, Partner, Property
from vault.operations.edits import Changed
from vault.operations.owners import add_owner, change_owner
from vault.operations.properties import change_property
from vault.queries.forwarding import owner_plan, plan_of
from vault.queries.people import waiting_for
from vault.rules import forward_schedule, receivers
from vault.rules.forward_schedule import Plan
from vault.rules.receivers import PHONE
from vault.rules.rental_facts import OwnerFacts

NOTHING_DIFFERS = "Nothing differs: nothing was changed."
NOT_IN_USE = (
    "While it is not in use, nobody is prompted to pay rent of it; money that comes in all the "
    "same is taken in, waits, and is due once it is in use again."
)
FOLLOWS = (
    "Rent that no transfer has taken on goes by the new plan, to the new receiver; what is on "
    "its way already is not changed."
)
PLAIN = ("paid_to", "receiver_number", "receiver_account", "forward_when", "forward_time",
         "forward_monthday", "hold_hours")  # fmt: skip


class AddOwner(RentalAction):
    """A new owner."""

    name = "new"
    label = "Add an owner…"
    permission = "add"
    primary = True

    def form_for(self, request: HttpRequest, rows: Sequence[Any]) -> Callable[..., forms.Form]:
        """With the partners that the person may see."""
        return partial(NewOwnerForm, partners=partner_choices(request))

    def initial(self, request: HttpRequest, rows: Sequence[Any]) -> dict[str, Any]:
        """English."""
        return {"language": "en"}

    def confirmation(self, request: HttpRequest, rows: Sequence[Any]) -> Confirmation:
        """What it does."""
        return Confirmation(
            title="Add an owner",
            button="Add the owner",
            will_happen=[
                "Properties can be added to the owner; rent of theirs goes where you say here.",
                "No money moves now.",
            ],
        )

    def perform(
        self, *, request: HttpRequest, rows: Sequence[Any], answers: dict[str, Any], at: datetime
    ) -> Outcome:
        """Add."""
        with told(LABELS):
            facts = OwnerFacts(
                name=answers["name"],
                phone=answers["phone"],
                email=answers["email"],
                language=answers["language"],
                **plan_columns(answers),
            )
            row = add_owner(
                partner_id=UUID(answers["partner"]), facts=facts, caller=caller(request), at=at,
                reason=answers["reason"],
            )  # fmt: skip
        return Outcome(text=f"{row.name} is added. Add a property next.", url=page_of(row))


class ChangeOwner(RentalAction):
    """Name, contact, in use."""

    name = "edit"
    label = "Change…"
    form_class = OwnerForm

    def initial(self, request: HttpRequest, rows: Sequence[Any]) -> dict[str, Any]:
        """As it is now; looking at a phone is kept in the trail, so it is not filled in."""
        row = rows[0]
        return {
            "name": row.name,
            "email": row.email,
            "language": row.language,
            "is_active": "yes" if row.is_active else "no",
        }

    def confirmation(self, request: HttpRequest, rows: Sequence[Owner]) -> Confirmation:
        """What it does."""
        row = rows[0]
        return Confirmation(
            title=f"Change {row.name}",
            button="Save the change",
            will_happen=[
                "The old and the new values are kept in the history.",
                NOT_IN_USE,
            ],
        )

    def perform(
        self, *, request: HttpRequest, rows: Sequence[Any], answers: dict[str, Any], at: datetime
    ) -> Outcome:
        """Change what differs."""
        changes = {name: answers[name] for name in ("name", "email", "language")}
        changes["is_active"] = answers["is_active"] == "yes"
        if answers["phone"]:
            changes["phone"] = answers["phone"]
        with told(LABELS):
            changed = change_owner(
                owner_id=rows[0].pk, changes=changes, reason=answers["reason"],
                caller=caller(request), at=at,
            )  # fmt: skip
        return outcome_of(changed)


class ChangePlan(RentalAction):
    """Where and when rent goes: of an owner, or of one property."""

    name = "plan"
    label = "Change where and when rent goes…"
    explanation = "Rent that is not forwarded yet follows it."

    def form_for(self, request: HttpRequest, rows: Sequence[Any]) -> Callable[..., forms.Form]:
        """Of a property, blank is as the owner says."""
        return partial(PlanForm, of_property=isinstance(rows[0], Property))

    def initial(self, request: HttpRequest, rows: Sequence[Any]) -> dict[str, Any]:
        """As it is now, but for the phone."""
        row = rows[0]
        return {
            **{name: getattr(row, name) for name in PLAIN},
            "forward_weekday": "" if row.forward_weekday is None else str(row.forward_weekday),
            "forward_minimum": written(row.forward_minimum_minor),
        }

    def confirmation(self, request: HttpRequest, rows: Sequence[Owner | Property]) -> Confirmation:
        """What is now, and the money that follows."""
        row = rows[0]
        waits = waiting_for(row)
        plan = plan_of(row) if isinstance(row, Property) else owner_plan(row)
        return Confirmation(
            title=f"Change where and when rent of {row.name} goes",
            button="Save the change",
            will_happen=[
                FOLLOWS,
                "Another receiver raises an alert, so that somebody else looks at it.",
                "The fee of what was paid before stays as it is.",
            ],
            count=waits.count,
            noun="rent waits" if waits.count == 1 else "rents wait",
            totals={CURRENCY: waits.amount_minor} if waits.count else {},
            columns=[Column(label="Now"), Column(label="Value")],
            lines=plan_lines(plan, may_see=False),
        )

    def perform(
        self, *, request: HttpRequest, rows: Sequence[Any], answers: dict[str, Any], at: datetime
    ) -> Outcome:
        """Change what differs."""
        row, asks = rows[0], caller(request)
        with told(LABELS):
            changes = plan_columns(answers)
            if not changes["receiver_msisdn"] and changes["paid_to"] == row.paid_to == PHONE:
                changes["receiver_msisdn"] = row.receiver_msisdn
            if isinstance(row, Property):
                changed = change_property(
                    property_id=row.pk, changes=changes, reason=answers["reason"], caller=asks,
                    at=at,
                )  # fmt: skip
            else:
                changed = change_owner(
                    owner_id=row.pk, changes=changes, reason=answers["reason"], caller=asks, at=at
                )
        return outcome_of(changed)


def plan_columns(answers: dict[str, Any]) -> dict[str, Any]:
    """The columns of forwarding that a form says. Raises core.refusals.Refused."""
    weekday = answers["forward_weekday"]
    return {
        **{name: answers[name] for name in PLAIN},
        "receiver_msisdn": answers["receiver_msisdn"],
        "forward_weekday": int(weekday) if weekday else None,
        "forward_minimum_minor": maybe_shillings(
            answers["forward_minimum"], field="forward_minimum"
        ),
    }


def plan_lines(plan: Plan, *, may_see: bool) -> list[tuple[str, object]]:
    """Where, when and from which amount on."""
    minimum = shown.NOTHING
    if plan.minimum_minor:
        minimum = f"Less than {money.shown(plan.minimum_minor, CURRENCY)} waits for more"
    where = shown.free_text(receivers.in_words(plan.receiver), may_see_phones=may_see)
    return [
        ("Paid to", capital(where)),
        ("When", capital(forward_schedule.in_words(plan))),
        ("Minimum", minimum),
    ]


def capital(text: str) -> str:
    """With a capital at the beginning; the rest as it is."""
    return text[:1].upper() + text[1:]


def outcome_of(changed: Changed) -> Outcome:
    """What was changed, and what follows."""
    if not changed.names:
        return Outcome(text=NOTHING_DIFFERS, level=messages.INFO)
    text = f"{changed.row} is changed."
    if changed.payments:
        total = money.shown(changed.amount_minor, CURRENCY)
        noun = "rent that waits follows" if changed.payments == 1 else "rents that wait follow"
        text += f" {changed.payments:,} {noun} ({total})."
    return Outcome(text=text)


def partner_choices(request: HttpRequest) -> list[tuple[str, str]]:
    """The active partners that the person may see."""
    rows = of_partners(Partner.objects.filter(is_active=True), partners_of(request), path="pk")
    return [(str(pk), name) for pk, name in rows.values_list("pk", "name")]
