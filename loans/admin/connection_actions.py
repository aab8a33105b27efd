"""Buttons about a partner's Mifos X: add, change, confirm, switch, test."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest

from core import refusals
from core.admin.confirm import Confirmation, Outcome
from core.admin.record import Column
from core.admin.scope import of_partners, partners_of
from loans.admin.connection_forms import (
    LABELS,
    ConfirmForm,
    ConnectionForm,
    NewConnectionForm,
    connection_initial,
    connection_values,
)
from loans.models import MifosConnection
from loans.operations.check import check
from loans.operations.connections import confirm_connection, save_connection
from loans.queries import connection_facts, connections
from loans.rules import connection_values as rules
from vault.admin.acting import RentalAction, caller, page_of, told
from vault.admin.owner_actions import partner_choices
from vault.models import Shortcode

MUST_BE_CONFIRMED = (
    "Another person must confirm it before any loan of it is paid: whoever names the server "
    "decides what is paid."
)
WHEN_MISSING = (
    "When something is missing, nothing is fetched, paid or booked until a test finds nothing "
    "missing."
)


class AddConnection(RentalAction):
    """Above the list."""

    name = "new"
    label = "Connect a partner's Mifos X…"
    permission = "add"
    primary = True

    def form_for(self, request: HttpRequest, rows: Sequence[Any]) -> Callable[..., forms.Form]:
        """With the partners and shortcodes that the person may see."""
        own = Shortcode.objects.of_mpesa().filter(is_active=True)
        numbers = of_partners(own, partners_of(request), path="partner")
        return partial(
            NewConnectionForm, partners=partner_choices(request),
            numbers=list(numbers.order_by("number").values_list("number", flat=True)),
        )  # fmt: skip

    def initial(self, request: HttpRequest, rows: Sequence[Any]) -> dict[str, Any]:
        """What is usual."""
        return connection_initial(None)

    def confirmation(self, request: HttpRequest, rows: Sequence[Any]) -> Confirmation:
        """What it does."""
        return Confirmation(
            title="Connect a partner's Mifos X",
            button="Save the connection",
            will_happen=[
                "The password is sealed. Nothing is asked of the server yet: test it next.",
                MUST_BE_CONFIRMED,
                "No loan is paid by itself before it is switched on.",
            ],
        )

    def perform(
        self, *, request: HttpRequest, rows: Sequence[Any], answers: dict[str, Any], at: datetime
    ) -> Outcome:
        """Add."""
        with told(LABELS):
            if MifosConnection.objects.filter(partner_id=answers["partner"]).exists():
                raise refusals.Refused("has a connection already: change it", field="partner")
            row = save_connection(
                partner_id=UUID(answers["partner"]), values=connection_values(answers),
                reason=answers["reason"], caller=caller(request), at=at,
            )  # fmt: skip
        return Outcome(text=f"{row} is connected. Test the connection next.", url=page_of(row))


class ChangeConnection(RentalAction):
    """On its page."""

    name = "edit"
    label = "Change…"

    def form_for(
        self, request: HttpRequest, rows: Sequence[MifosConnection]
    ) -> Callable[..., forms.Form]:
        """With the partner's own shortcodes."""
        own = Shortcode.objects.of_mpesa().filter(partner_id=rows[0].partner_id, is_active=True)
        numbers = list(own.order_by("number").values_list("number", flat=True))
        return partial(ConnectionForm, numbers=numbers)

    def initial(self, request: HttpRequest, rows: Sequence[MifosConnection]) -> dict[str, Any]:
        """As it is now."""
        return connection_initial(rows[0])

    def confirmation(self, request: HttpRequest, rows: Sequence[MifosConnection]) -> Confirmation:
        """What it does."""
        return Confirmation(
            title=f"Change {rows[0]}",
            button="Save the change",
            will_happen=[
                "Another host, tenant, user, certificate or shortcode takes the confirmation away "
                "and switches it off. " + MUST_BE_CONFIRMED,
                "Another host, tenant, user, certificate or password is tested anew.",
                "What was paid before is booked at the new address.",
            ],
        )

    def perform(
        self, *, request: HttpRequest, rows: Sequence[Any], answers: dict[str, Any], at: datetime
    ) -> Outcome:
        """Change what differs."""
        with told(LABELS):
            row = save_connection(
                partner_id=rows[0].partner_id, values=connection_values(answers),
                reason=answers["reason"], caller=caller(request), at=at,
            )  # fmt: skip
        if row.pays:
            return Outcome(text=f"{row} is changed; it goes on paying.", url=page_of(row))
        return Outcome(text=f"{row} is changed. See what it needs before it pays.",
                       url=page_of(row), level=messages.WARNING)  # fmt: skip


class Confirm(RentalAction):
    """By another person than who set it."""

    name = "confirm"
    label = "Confirm the address…"
    permission = "confirm"
    primary = True
    form_class = ConfirmForm

    def offered(self, row: MifosConnection) -> bool:
        """While nobody has."""
        return not row.confirmed_by

    def initial(self, request: HttpRequest, rows: Sequence[MifosConnection]) -> dict[str, Any]:
        """What the person sees now."""
        return {"seen": connections.digest_of(rows[0])}

    def confirmation(self, request: HttpRequest, rows: Sequence[MifosConnection]) -> Confirmation:
        """What is confirmed."""
        row = rows[0]
        own = caller(request).actor.casefold() in connections.set_by(row)
        return Confirmation(
            title=f"Confirm {row}",
            button="Confirm this server",
            blocked="You set this address yourself: another person must confirm it."
            if own
            else "",
            will_happen=[
                "This server, tenant and user are the partner's: that is what you say.",
                "Loans that are approved there may be paid from this shortcode.",
                "Nothing is paid before it is switched on.",
            ],
            columns=[Column(label="What"), Column(label="As it is set")],
            lines=address_lines(row),
            count=1,
            noun="connection",
        )

    def perform(
        self, *, request: HttpRequest, rows: Sequence[Any], answers: dict[str, Any], at: datetime
    ) -> Outcome:
        """Confirm."""
        with told():
            row = confirm_connection(
                connection_id=rows[0].pk, reason=answers["reason"], caller=caller(request), at=at,
                seen=answers["seen"],
            )  # fmt: skip
        return Outcome(text=f"{row} is confirmed.", url=page_of(row))


class CheckConnection(RentalAction):
    """Ask the server all that is needed."""

    name = "test"
    label = "Test connection…"
    explanation = "Reads only. Says exactly what is missing."
    permission = "check"
    form_class = forms.Form

    def confirmation(self, request: HttpRequest, rows: Sequence[MifosConnection]) -> Confirmation:
        """What is asked."""
        row = rows[0]
        return Confirmation(
            title=f"Test {row}",
            button="Test it now",
            will_happen=[
                f"{row.host} is asked for its version, our user, its permissions and its office.",
                "It is asked for payment types, its business date and the first page of loans.",
                "Nothing is changed there, and no loan is paid.",
                "When all that is needed is there, it counts as configured.",
                WHEN_MISSING,
            ],
        )

    def perform(
        self, *, request: HttpRequest, rows: Sequence[Any], answers: dict[str, Any], at: datetime
    ) -> Outcome:
        """Ask."""
        row = rows[0]
        with told():
            findings = check(connection_id=row.pk, caller=caller(request), at=at)
        missing = [each.what for each in findings if each.stops]
        if missing:
            row.refresh_from_db()
            follows = connection_facts.what_follows(row)
            return Outcome(text=f"Missing: {', '.join(missing)}. {follows} See the report below.",
                           url=page_of(row), level=messages.WARNING)  # fmt: skip
        return Outcome(text="Everything that is needed is there.", url=page_of(row))


def address_lines(row: MifosConnection) -> list[list[object]]:
    """What decides over money, as it is set."""
    return [
        ["Host", row.host],
        ["Tenant", row.tenant],
        ["User", row.username],
        ["Certificates", rules.ca_in_words(row.ca_bundle)],
        ["Paid from", connections.pays_from(row) or "not chosen"],
        ["Set by", row.changed_by],
    ]
