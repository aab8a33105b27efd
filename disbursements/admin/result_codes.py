"""Result codes: what a provider's code means and what we do next. Each edit asks a reason."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.http import HttpRequest
from django.urls import reverse

from core.admin import shown
from core.admin.alerts import REMEDIES, steps_of
from core.admin.base import RecordAdmin, column
from core.admin.confirm import (
    Confirmation,
    ConfirmedAction,
    Outcome,
    Refused,
    actor_of,
)
from core.admin.filters import ChoiceFilter
from core.admin.record import Button, Column, Facts, Headline, Record
from core.models import Alert
from disbursements.admin.rule_forms import APIS, NewRuleForm, RuleForm
from disbursements.models import ResultCodeRule, RuleNext, RuleOutcome
from disbursements.operations import classify_code
from disbursements.operations.classify_code import BadRule
from disbursements.operations.judge import UNCLASSIFIED_ALERT

ENDLESS = 2**61
EFFECT = [
    "From now on answers with this code are taken as you say. What is settled stays as it is.",
    "“Not paid” with “try again” sends money again, after proof that the last try did not pay.",
    "The old and the new values are kept in the row's history with your name and reason.",
]


class EditRule(ConfirmedAction):
    """Change what a code means."""

    name = "edit"
    label = "Edit…"
    form_class = RuleForm
    primary = True

    def confirmation(self, request: HttpRequest, rows: Sequence[ResultCodeRule]) -> Confirmation:
        """What an edit does."""
        row = rows[0]
        return Confirmation(
            title=f"Edit the result code {_code(row)}",
            button="Save the change",
            will_happen=EFFECT,
            columns=[Column(label="Now"), Column(label="Value")],
            lines=[
                ["Meaning", row.meaning],
                ["Outcome", row.get_outcome_display()],
                ["What we do", row.get_next_display()],
                ["Concerns", row.get_scope_display()],
            ],
        )

    def initial(self, request: HttpRequest, rows: Sequence[Any]) -> dict[str, Any]:
        """As it is now."""
        return {name: getattr(rows[0], name) for name in classify_code.EDITABLE}

    def perform(
        self, *, request: HttpRequest, rows: Sequence[Any], answers: dict[str, Any], at: datetime
    ) -> Outcome:
        """Edit what differs."""
        row = rows[0]
        changes = {
            name: answers[name]
            for name in classify_code.EDITABLE
            if answers[name] != getattr(row, name)
        }
        if not changes:
            return Outcome(text="Nothing differs: nothing was changed.", level=messages.INFO)
        try:
            classify_code.edit_rule(
                rule_id=row.pk, changes=changes, reason=answers["reason"],
                actor=actor_of(request), at=at,
            )  # fmt: skip
        except BadRule as error:
            raise Refused(f"{error}. Nothing was changed.") from None
        return Outcome(text=f"{_code(row)} is changed.")


class AddRule(ConfirmedAction):
    """Classify a code that no row names."""

    name = "classify"
    label = "Classify a code…"
    permission = "add"
    form_class = NewRuleForm
    primary = True

    def confirmation(self, request: HttpRequest, rows: Sequence[Any]) -> Confirmation:
        """What a new row does."""
        return Confirmation(
            title="Classify a result code", button="Add the code",
            will_happen=[*EFFECT[:2], "The alert about this unclassified code is closed."],
        )  # fmt: skip

    def initial(self, request: HttpRequest, rows: Sequence[Any]) -> dict[str, Any]:
        """From the alert's link."""
        known = dict(APIS)
        api = request.GET.get("api", "b2c")
        return {
            "api": api if api in known else "b2c",
            "code": request.GET.get("code", "")[:30],
            "outcome": RuleOutcome.UNKNOWN,
            "next": RuleNext.ASK,
        }

    def perform(
        self, *, request: HttpRequest, rows: Sequence[Any], answers: dict[str, Any], at: datetime
    ) -> Outcome:
        """Add it."""
        try:
            row = classify_code.add_rule(
                api=answers["api"], code=answers["code"],
                values={name: answers[name] for name in classify_code.EDITABLE},
                reason=answers["reason"], actor=actor_of(request), at=at,
            )  # fmt: skip
        except BadRule as error:
            raise Refused(f"{error}. Nothing was changed.") from None
        return Outcome(text=f"{_code(row)} is classified.")


class OutcomeFilter(ChoiceFilter):
    """Paid, not paid, cannot be told."""

    title = "outcome"
    parameter_name = "outcome"
    column = "outcome"
    values = tuple((value, str(label)) for value, label in RuleOutcome.choices)


class NextFilter(ChoiceFilter):
    """What we do."""

    title = "what we do"
    parameter_name = "next"
    column = "next"
    values = tuple((value, str(label)) for value, label in RuleNext.choices)


class ApiFilter(ChoiceFilter):
    """Where it occurs."""

    title = "where it occurs"
    parameter_name = "api"
    column = "api"
    values = APIS


@admin.register(ResultCodeRule)
class ResultCodeRuleAdmin(RecordAdmin):
    """The table that decides what an answer means."""

    purpose = "What M-Pesa's codes mean and what we do next. The most specific row wins."
    list_display = ("code_text", "meaning", "verdict", "follows", "concerns", "edited")
    list_filter = (OutcomeFilter, NextFilter, ApiFilter)
    search_fields = ("code", "meaning", "text_pattern")
    search_help_text = "Code, meaning or text"
    ordering = ("api", "code", "code_from")
    list_per_page = 100
    row_actions = (EditRule,)
    list_actions = (AddRule,)

    @column("Code")
    def code_text(self, row: ResultCodeRule) -> str:
        """The code or range."""
        return _code(row)

    @column("Outcome")
    def verdict(self, row: ResultCodeRule) -> Any:
        """What it proves."""
        return _outcome(row)

    @column("What we do")
    def follows(self, row: ResultCodeRule) -> str:
        """What follows."""
        return row.get_next_display()

    @column("Concerns")
    def concerns(self, row: ResultCodeRule) -> str:
        """One payment or the whole shortcode."""
        return row.get_scope_display()

    @column("Edited")
    def edited(self, row: ResultCodeRule) -> Any:
        """As shipped, or when it was edited."""
        return "As shipped" if row.is_default else shown.moment(row.updated_at)

    def record(self, request: HttpRequest, row: ResultCodeRule) -> Record:
        """One row."""
        facts = [
            ("Where it occurs", dict(APIS).get(row.api, row.api)),
            ("Only with this text", row.text_pattern or "any text"),
            ("What we do", row.get_next_display()),
            ("Concerns", row.get_scope_display()),
            ("Origin", "As shipped" if row.is_default else "Edited by staff"),
            ("Changed", shown.moment(row.updated_at)),
        ]
        return Record(
            headline=Headline(
                kind="Result code", main=_code(row), beside=row.meaning, status=_outcome(row)
            ),
            sections=[Facts(title="Facts", rows=facts), steps_of(row)],
        )


def _code(row: ResultCodeRule) -> str:
    code = row.code or _range(row)
    return f"{row.api} {code}" + (f" “{row.text_pattern}”" if row.text_pattern else "")


def _range(row: ResultCodeRule) -> str:
    if (row.code_to or 0) >= ENDLESS:
        return f"{row.code_from} and above"
    return f"{row.code_from} to {row.code_to}"


def _classify_button(request: HttpRequest, alert: Alert) -> Button | None:
    if not request.user.has_perm("disbursements.add_resultcoderule"):
        return None
    wanted = {name: str(alert.details.get(name, "")) for name in ("api", "code")}
    url = reverse("admin:disbursements_resultcoderule_classify")
    return Button(
        label="Classify this code…",
        url=f"{url}?{urlencode(wanted)}",
        explanation="Says what the code means from now on, and closes this alert.",
        primary=True,
    )


REMEDIES[UNCLASSIFIED_ALERT] = _classify_button


def _outcome(row: ResultCodeRule) -> Any:
    tones = {"success": shown.GOOD, "failed": shown.BAD, "unknown": shown.ASK}
    return shown.status(
        row.get_outcome_display(), meaning=row.get_next_display(), tone=tones[row.outcome]
    )
