"""Buttons about connected accounts: add one, give a user another, ask Stripe now."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.db import transaction
from django.http import HttpRequest

from core import clock, states
from core.admin import shown
from core.admin.confirm import Confirmation, Outcome, ReasonForm, Refused, actor_of
from disbursements.admin import account_words
from disbursements.models import ConnectedAccount
from disbursements.operations.accounts import save_account
from disbursements.operations.refresh_accounts import refresh_accounts
from disbursements.queries import accounts
from disbursements.rules.account_facts import ACCOUNT_EXAMPLE, USER_ID_LENGTH_MAX
from vault.admin.acting import RentalAction, caller, page_of, told
from vault.admin.owner_actions import partner_choices

INPUT = {"class": "pv-input", "autocomplete": "off"}
ACCOUNT_LENGTH_MAX = 255
LABELS = {"user_id": "User", "account_id": "Account"}
ASKED_AT_ONCE = "Stripe is asked at once whether it may receive; winners who waited are then paid."


class AccountForm(ReasonForm):
    """Another account of the same user."""

    account_id = forms.CharField(
        label="Account at Stripe",
        max_length=ACCOUNT_LENGTH_MAX,
        help_text=f"Copied from Stripe, such as {ACCOUNT_EXAMPLE}.",
        widget=forms.TextInput(attrs={**INPUT, "spellcheck": "false"}),
        error_messages={"required": f"Copy it from Stripe, such as {ACCOUNT_EXAMPLE}"},
    )
    field_order: Sequence[str] = ("account_id", "reason")


class NewAccountForm(AccountForm):
    """Whose user, and where they are paid."""

    partner = forms.ChoiceField(widget=forms.Select(attrs={"class": "pv-input"}))
    user_id = forms.CharField(
        label="User",
        max_length=USER_ID_LENGTH_MAX,
        help_text="The partner's id of the user, exactly as settlements name it: user-1.",
        widget=forms.TextInput(attrs={**INPUT, "spellcheck": "false"}),
        error_messages={"required": "Write the partner's id of the user, such as user-1"},
    )
    field_order = ("partner", "user_id", "account_id", "reason")

    def __init__(self, *args: Any, partners: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["partner"]
        field.choices = [("", "Choose a partner"), *partners] if len(partners) > 1 else partners


class AddAccount(RentalAction):
    """Above the list."""

    name = "new"
    label = "Add an account…"
    permission = "add"
    primary = True

    def form_for(self, request: HttpRequest, rows: Sequence[Any]) -> Callable[..., forms.Form]:
        """With the partners that the person may see."""
        return partial(NewAccountForm, partners=partner_choices(request))

    def confirmation(self, request: HttpRequest, rows: Sequence[Any]) -> Confirmation:
        """What it does."""
        return Confirmation(
            title="Add a connected account",
            button="Add the account",
            will_happen=[
                "What this user wins from now on goes to this account.",
                ASKED_AT_ONCE,
            ],
        )

    def perform(
        self, *, request: HttpRequest, rows: Sequence[Any], answers: dict[str, Any], at: datetime
    ) -> Outcome:
        """Save; a user who has one already is changed on their own page."""
        partner_id, user_id = UUID(answers["partner"]), answers["user_id"].strip()
        there = ConnectedAccount.objects.filter(partner_id=partner_id, user_id=user_id).first()
        if there is not None and there.account_id != answers["account_id"].strip():
            raise Refused(
                f"User: {user_id} has {there.account_id} already. Change it on its own page; "
                "nothing was changed here."
            )
        row = _save(request, partner_id, user_id, answers, at)
        return Outcome(text=f"{row.user_id} is paid at {row.account_id}.", url=page_of(row))


class ChangeAccount(RentalAction):
    """On an account's page."""

    name = "change-account"
    label = "Another account…"
    explanation = "Where this user is paid from now on."

    def form_for(self, request: HttpRequest, rows: Sequence[Any]) -> Callable[..., forms.Form]:
        """The account and why."""
        return AccountForm

    def confirmation(self, request: HttpRequest, rows: Sequence[ConnectedAccount]) -> Confirmation:
        """What follows it and what does not."""
        row = rows[0]
        on_their_way = accounts.under_way(row)
        staying = (
            [f"{_payouts(on_their_way)} on the way stay with {row.account_id}."]
            if on_their_way else ["No payout of this user is on its way."]
        )  # fmt: skip
        return Confirmation(
            title=f"Another account for {row.user_id}",
            button="Change the account",
            will_happen=[
                f"Now it is {row.account_id}. What was paid to it stays there.",
                *staying,
                f"Everything that is not sent yet goes to the new account.{_waits(row)}",
                ASKED_AT_ONCE,
            ],
        )

    def perform(
        self, *, request: HttpRequest, rows: Sequence[Any], answers: dict[str, Any], at: datetime
    ) -> Outcome:
        """Save."""
        row: ConnectedAccount = rows[0]
        now = _save(request, row.partner_id, row.user_id, answers, at)
        if now.account_id == row.account_id:
            return Outcome(text=f"{row.user_id} is paid at {row.account_id} already.")
        return Outcome(text=f"{now.user_id} is paid at {now.account_id} from now on.")


class AskStripe(RentalAction):
    """On an account's page."""

    name = "ask"
    label = "Ask Stripe now…"
    explanation = "Whether it may receive. It sends no money by itself."

    def form_for(self, request: HttpRequest, rows: Sequence[Any]) -> Callable[..., forms.Form]:
        """Why."""
        return ReasonForm

    def confirmation(self, request: HttpRequest, rows: Sequence[ConnectedAccount]) -> Confirmation:
        """What the answer does."""
        row = rows[0]
        return Confirmation(
            title=f"Ask Stripe about the account of {row.user_id}",
            button="Ask Stripe",
            will_happen=[
                f"We ask Stripe now how {row.account_id} stands, and keep the answer.",
                f"If it may receive, winners who wait for it are paid.{_waits(row)}",
            ],
        )

    def perform(
        self, *, request: HttpRequest, rows: Sequence[Any], answers: dict[str, Any], at: datetime
    ) -> Outcome:
        """Ask, and say what came of it."""
        row: ConnectedAccount = rows[0]
        with transaction.atomic():
            states.note(
                row, at=at, because=f"asked about by hand: {answers['reason']}",
                actor=actor_of(request),
            )  # fmt: skip
        refresh_accounts(at=clock.database_now(), partner_id=row.partner_id, user_id=row.user_id)
        row.refresh_from_db()
        if row.refresh_error and row.left_at is None:
            raise Refused(f"Stripe gave no answer: {row.refresh_error}. It stands as it stood.")
        return Outcome(text=f"Asked. {account_words.meaning(row)}")


def _save(
    request: HttpRequest, partner_id: UUID, user_id: str, answers: dict[str, Any], at: datetime
) -> ConnectedAccount:
    with told(LABELS):
        return save_account(
            partner_id=partner_id, user_id=user_id, account_id=answers["account_id"],
            reason=answers["reason"], actor=actor_of(request), caller=caller(request), at=at,
        )  # fmt: skip


def _payouts(count: int) -> str:
    return f"{count:,} {'payout' if count == 1 else 'payouts'}"


def _waits(row: ConnectedAccount) -> str:
    sums = accounts.amounts_waiting(row)
    return f" {shown.totals(sums)} waits for it now." if sums else " Nothing waits for it now."
