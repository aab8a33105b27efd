"""Result codes: what a provider's code means and what we do next. Each edit asks a reason."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from core.admin import shown
from core.admin.alert_actions import times
from core.admin.alerts import REMEDIES, steps_of
from core.admin.base import RecordAdmin, column
from core.admin.filters import ChoiceFilter
from core.admin.record import Button, Column, Facts, Headline, Record, Table
from core.admin.scope import partners_of
from core.models import Alert
from disbursements.admin import words
from disbursements.admin.rule_actions import (
    FROM_NOW_ON,
    AddRule,
    EditRule,
    classify_url,
    code_text,
    counted,
    payouts_url,
)
from disbursements.admin.rule_forms import APIS
from disbursements.models import DisbursementRequest, ResultCodeRule, RuleNext, RuleOutcome
from disbursements.operations.judge import UNCLASSIFIED_ALERT
from disbursements.queries import code_use
from disbursements.queries.result_codes import CodeTable, as_rule

PAYOUTS_SHOWN = 50
SEE_PAYOUTS = "disbursements.view_disbursementrequest"


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
    list_display = ("code_text", "meaning", "verdict", "follows", "concerns", "seen", "edited")
    list_filter = (OutcomeFilter, NextFilter, ApiFilter)
    search_fields = ("code", "meaning", "meaning_sw", "text_pattern")
    search_help_text = "Code, meaning or text"
    ordering = ("api", "code", "code_from")
    list_per_page = 200
    list_before_template = "disbursements/result_codes_top.html"
    row_actions = (EditRule,)
    list_actions = (AddRule,)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """With the codes that no row names on top."""
        unnamed = [
            {"code": line, "classify_url": classify_url(api=line.api, code=line.code),
             "text": shown.free_text(line.text), "last": shown.absolute(line.last_at),
             "met": times(line.count)}
            for line in code_use.unclassified(alert_kind=UNCLASSIFIED_ALERT)
        ]  # fmt: skip
        context = {"unnamed": unnamed, "may_classify": self.may(request, "add")}
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Each row knows how often its code was met."""
        changelist = super().get_changelist_instance(request)
        met = code_use.met_by_rule()
        for row in changelist.result_list:
            row.met = met.get(row.pk)
        return changelist

    @column("Code")
    def code_text(self, row: ResultCodeRule) -> str:
        """The code or range."""
        return code_text(row)

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

    @column("Seen")
    def seen(self, row: ResultCodeRule) -> Any:
        """How often, and when last, an attempt met the code."""
        met = getattr(row, "met", None)
        if met is None or not met.count:
            return shown.NOTHING
        return shown.two_lines(f"{met.count:,}", shown.absolute(met.last_at))

    @column("Edited")
    def edited(self, row: ResultCodeRule) -> Any:
        """As shipped, or when it was edited."""
        return "As shipped" if row.is_default else shown.moment(row.updated_at)

    def record(self, request: HttpRequest, row: ResultCodeRule) -> Record:
        """One row: in words, what it decides, the payouts that met it, its history."""
        return Record(
            headline=Headline(
                kind="Result code", main=code_text(row), beside=row.meaning,
                status=_outcome(row), meaning=FROM_NOW_ON,
            ),
            sections=[
                *_in_words(row), _facts(row), *_payouts(request, row), steps_of(row),
            ],
        )  # fmt: skip


def _in_words(row: ResultCodeRule) -> list[Facts]:
    said = CodeTable([as_rule(row)]).in_words(
        code=row.code or str(row.code_from), text=row.text_pattern, api=row.api
    )
    return [
        Facts(title="In English", rows=[
            ("What happened", said.happened), ("Whose side", said.side),
            ("What to do", said.to_do or None),
        ]),
        Facts(title="Kwa Kiswahili", rows=[
            ("Kilichotokea", row.meaning_sw or None), ("Upande wa nani", said.side_sw),
            ("La kufanya", row.what_to_do_sw or None),
        ]),
    ]  # fmt: skip


def _facts(row: ResultCodeRule) -> Facts:
    met = code_use.met_by_rule().get(row.pk)
    seen = f"{met.count:,} times, whatever the text" if met and met.count else "Never"
    return Facts(
        title="What it decides",
        rows=[
            ("Where it occurs", dict(APIS).get(row.api, row.api)),
            ("Only with this text", row.text_pattern or "any text"),
            ("What we do", row.get_next_display()),
            ("Concerns", row.get_scope_display()),
            ("Seen in attempts", seen),
            ("Last seen", shown.moment(met.last_at if met else None)),
            ("Origin", "As shipped" if row.is_default else "Edited by staff"),
            ("Changed", shown.moment(row.updated_at)),
        ],
    )


def _payouts(request: HttpRequest, row: ResultCodeRule) -> list[Table]:
    """The latest payouts that stand with this code, of the partners that the person may see."""
    if not row.code or not request.user.has_perm(SEE_PAYOUTS):
        return []
    found = code_use.payouts_with(code=row.code, partners=partners_of(request))
    count = counted(code_use.count_up_to(found))
    url = payouts_url(code=row.code)
    return [
        Table(
            title="Payouts with this code",
            note=shown.link(url, f"{count} with the code {row.code}, by their latest answer"),
            columns=[Column(label="Instructed"), Column(label="Reference"),
                     Column(label="Amount", numeric=True), Column(label="Status"),
                     Column(label="M-Pesa's text")],
            rows=[_line(payout) for payout in found[:PAYOUTS_SHOWN]],
            empty="No payout stands with this code.",
        )
    ]  # fmt: skip


def _line(payout: DisbursementRequest) -> list[object]:
    url = reverse("admin:disbursements_disbursementrequest_change", args=[payout.pk])
    return [
        shown.moment(payout.created_at), shown.link(url, payout.client_reference),
        shown.amount(payout.amount_minor, payout.currency), words.status(payout),
        shown.free_text(payout.failure_text),
    ]  # fmt: skip


def _classify_button(request: HttpRequest, alert: Alert) -> Button | None:
    if not request.user.has_perm("disbursements.add_resultcoderule"):
        return None
    wanted = {name: str(alert.details.get(name, "")) for name in ("api", "code")}
    return Button(
        label="Classify this code…",
        url=classify_url(**wanted),
        explanation="Says what the code means from now on, and closes this alert.",
        primary=True,
    )


REMEDIES[UNCLASSIFIED_ALERT] = _classify_button


def _outcome(row: ResultCodeRule) -> Any:
    tones = {"success": shown.GOOD, "failed": shown.BAD, "unknown": shown.ASK}
    return shown.status(
        row.get_outcome_display(), meaning=row.get_next_display(), tone=tones[row.outcome]
    )
