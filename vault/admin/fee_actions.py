"""Buttons about fees and sign-ins: a new rule of a property, an owner or a partner; a user."""

from collections.abc import Callable, Sequence
from datetime import datetime, time
from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest

from core import clock, refusals
from core.admin.confirm import Confirmation, Outcome
from vault.admin.acting import RentalAction, caller, maybe_shillings, page_of, told
from vault.admin.owner_actions import partner_choices
from vault.admin.rental_forms import LABELS, FeeForm, PartnerFeeForm, SignInForm
from vault.models import FeeRule, Owner, Property, Tenant
from vault.operations.fee_rules import add_fee_rule
from vault.operations.links import link_owner, link_tenant
from vault.queries.fees import rule_in_words, terms_for
from vault.rules.fees import BadPercentage, Terms, percentage_bps

FOLLOWED = [
    "What is paid from then on is split by it; what was paid before keeps its fee.",
    "A rule is never changed or removed: a newer one follows it.",
]


class AddFee(RentalAction):
    """On a property's or an owner's page."""

    name = "new_fee"
    label = "Add a fee rule…"
    model_permission = "vault.add_feerule"
    form_class = FeeForm

    def confirmation(self, request: HttpRequest, rows: Sequence[Owner | Property]) -> Confirmation:
        """What holds now."""
        row = rows[0]
        now = []
        if isinstance(row, Property):
            now = [f"Now it is {terms_for(property=row, at=clock.now()).words}."]
        return Confirmation(
            title=f"Add a fee rule of {row.name}",
            button="Add the rule",
            will_happen=[*now, *FOLLOWED],
        )

    def perform(
        self, *, request: HttpRequest, rows: Sequence[Any], answers: dict[str, Any], at: datetime
    ) -> Outcome:
        """Add."""
        row = rows[0]
        whose = "property_id" if isinstance(row, Property) else "owner_id"
        rule = _add(request, answers, at, **{whose: row.pk})
        return Outcome(text=f"Added: {rule_in_words(rule)}.", url=page_of(row))


class AddPartnerFee(RentalAction):
    """Above the list of rules."""

    name = "new"
    label = "Add a partner's fee rule…"
    permission = "add"
    primary = True

    def form_for(self, request: HttpRequest, rows: Sequence[Any]) -> Callable[..., forms.Form]:
        """With the partners that the person may see."""
        return partial(PartnerFeeForm, partners=partner_choices(request))

    def confirmation(self, request: HttpRequest, rows: Sequence[Any]) -> Confirmation:
        """What it does."""
        return Confirmation(
            title="Add a fee rule of a partner",
            button="Add the rule",
            will_happen=[
                "It holds for every owner and property of the partner without a rule of its own.",
                *FOLLOWED,
            ],
        )

    def perform(
        self, *, request: HttpRequest, rows: Sequence[Any], answers: dict[str, Any], at: datetime
    ) -> Outcome:
        """Add."""
        rule = _add(request, answers, at, partner_id=UUID(answers["partner"]))
        return Outcome(text=f"Added: {rule_in_words(rule)}.", url=page_of(rule))


class LinkUser(RentalAction):
    """On an owner's or a tenant's page."""

    name = "sign_in"
    label = "Change the sign-in…"
    form_class = SignInForm

    def initial(self, request: HttpRequest, rows: Sequence[Any]) -> dict[str, Any]:
        """As it is now."""
        return {"username": rows[0].user.get_username() if rows[0].user else ""}

    def confirmation(self, request: HttpRequest, rows: Sequence[Owner | Tenant]) -> Confirmation:
        """What the user may do."""
        row = rows[0]
        sees = "their properties' rents" if isinstance(row, Owner) else "their own payments"
        return Confirmation(
            title=f"The sign-in of {row.name}",
            button="Save the sign-in",
            will_happen=[
                f"The user may sign in at the API as {row.name} and see {sees}, nothing else.",
                "Whoever was linked before may not any more.",
            ],
        )

    def perform(
        self, *, request: HttpRequest, rows: Sequence[Any], answers: dict[str, Any], at: datetime
    ) -> Outcome:
        """Link, or take away."""
        row, asks = rows[0], caller(request)
        with told(LABELS):
            values = {"username": answers["username"], "reason": answers["reason"]}
            if isinstance(row, Owner):
                link_owner(owner_id=row.pk, caller=asks, at=at, **values)
            else:
                link_tenant(tenant_id=row.pk, caller=asks, at=at, **values)
        if answers["username"].strip():
            return Outcome(text=f"{answers['username']} signs in as {row.name} from now on.")
        return Outcome(text=f"{row.name} has no sign-in any more.")


def _add(request: HttpRequest, answers: dict[str, Any], at: datetime, **whose: UUID) -> FeeRule:
    day = answers["valid_from"]
    begins_at = datetime.combine(day, time(), tzinfo=clock.NAIROBI) if day else None
    with told(LABELS):
        return add_fee_rule(
            terms=_terms(answers), valid_from=begins_at, reason=answers["reason"],
            caller=caller(request), at=at, **whose,
        )  # fmt: skip


def _terms(answers: dict[str, Any]) -> Terms:
    try:
        rate_bps = percentage_bps(answers["percent"])
    except BadPercentage as error:
        raise refusals.Refused(str(error), field="percent") from None
    return Terms(
        rate_bps=rate_bps,
        flat_minor=maybe_shillings(answers["flat"], field="flat") or 0,
        minimum_minor=maybe_shillings(answers["minimum"], field="minimum") or 0,
        maximum_minor=maybe_shillings(answers["maximum"], field="maximum"),
    )
