"""Edit what a code means, or classify a new one: each with a reason."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from core.admin import shown
from core.admin.confirm import Confirmation, ConfirmedAction, Outcome, Refused, actor_of
from core.admin.record import Column
from core.admin.scope import partners_of
from core.models import Alert
from disbursements.admin.rule_forms import APIS, NewRuleForm, RuleForm
from disbursements.models import ResultCodeRule, RuleNext, RuleOutcome, WhoseSide
from disbursements.operations import classify_code
from disbursements.operations.classify_code import BadRule
from disbursements.operations.judge import UNCLASSIFIED_ALERT
from disbursements.queries import code_use
from disbursements.states import DisbursementStatus

PAYOUTS = "admin:disbursements_disbursementrequest_changelist"
ENDLESS = 2**61
STANDING = f"{DisbursementStatus.FAILED},{DisbursementStatus.PARKED}"
FROM_NOW_ON = (
    "What is saved here holds for answers from now on. What was judged before stays as it is: a "
    "payout whose outcome is unknown stays unknown, and M-Pesa is asked until there is proof."
)
EFFECT = [
    FROM_NOW_ON,
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
            title=f"Edit the result code {code_text(row)}",
            button="Save the change",
            will_happen=[*EFFECT, *standing(request, row.code)],
            columns=[Column(label="Now"), Column(label="Value")],
            lines=[
                ["What happened", row.meaning],
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
        return Outcome(text=f"{code_text(row)} is changed.")


class AddRule(ConfirmedAction):
    """Classify a code that no row names."""

    name = "classify"
    label = "Classify a code…"
    permission = "add"
    form_class = NewRuleForm
    primary = True

    def confirmation(self, request: HttpRequest, rows: Sequence[Any]) -> Confirmation:
        """What a new row does, and what M-Pesa said with the code."""
        api, code = _asked_for(request)
        said = _provider_text(api, code)
        return Confirmation(
            title=f"Classify the result code {code}" if code else "Classify a result code",
            button="Add the code",
            will_happen=[
                *EFFECT[:2],
                "The alert about this unclassified code is closed.",
                *standing(request, code),
            ],
            columns=[Column(label="Code"), Column(label="M-Pesa's text")],
            lines=[[f"{api} {code}", said]] if said else (),
        )

    def initial(self, request: HttpRequest, rows: Sequence[Any]) -> dict[str, Any]:
        """From the link of the list or of the alert."""
        api, code = _asked_for(request)
        return {
            "api": api,
            "code": code,
            "meaning": _provider_text(api, code),
            "whose_side": WhoseSide.UNKNOWN,
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
        return Outcome(text=f"{code_text(row)} is classified.")


def classify_url(*, api: str, code: str) -> str:
    """The form, filled in with this code."""
    url = reverse("admin:disbursements_resultcoderule_classify")
    return f"{url}?{urlencode({'api': api, 'code': code})}"


def payouts_url(**filters: str) -> str:
    """The list of payouts with these filters."""
    return f"{reverse(PAYOUTS)}?{urlencode(filters)}"


def code_text(row: ResultCodeRule) -> str:
    """`b2c 2001`, with the text that it asks for."""
    code = row.code or _range(row)
    return f"{row.api} {code}" + (f" “{row.text_pattern}”" if row.text_pattern else "")


def counted(count: int) -> str:
    """`3 payouts`, `More than 10,000 payouts`."""
    if count > code_use.COUNTED_MAX:
        return f"More than {code_use.COUNTED_MAX:,} payouts"
    return "1 payout" if count == 1 else f"{count:,} payouts"


def standing(request: HttpRequest, code: str) -> list[str]:
    """What becomes of payouts that this code has failed or parked: nothing by itself."""
    if not code or not request.user.has_perm("disbursements.view_disbursementrequest"):
        return []
    count = code_use.count_standing(code=code, partners=partners_of(request))
    if not count:
        return ["No payout stands failed or parked with this code now."]
    filters = {"code": code, "status": STANDING, "retryable": "yes"}
    sentence = (
        "Failed or parked with this code now: {}. Nothing becomes of that by itself; look "
        "afterwards which of them to retry: {}"
    )
    link = shown.link(payouts_url(**filters), "payouts with this code")
    return [format_html(sentence, counted(count), link)]


def _asked_for(request: HttpRequest) -> tuple[str, str]:
    values = request.POST if "confirmed" in request.POST else request.GET
    api = values.get("api", "")
    return (api if api in dict(APIS) else "b2c"), values.get("code", "").strip()[:60]


def _provider_text(api: str, code: str) -> str:
    alert = Alert.objects.filter(
        kind=UNCLASSIFIED_ALERT, key=f"{api}:{code}", closed_at=None
    ).first()
    text = str(alert.details.get("text", "")) if alert else ""
    # what is written here is shown to everybody: no phone may come along
    return shown.free_text(text)


def _range(row: ResultCodeRule) -> str:
    if (row.code_to or 0) >= ENDLESS:
        return f"{row.code_from} and above"
    return f"{row.code_from} to {row.code_to}"
