"""What a person may have done to payouts, each with a confirmation page of its own."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.validators import MaxValueValidator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from core import clock
from core.admin.confirm import ConfirmedAction, ReasonForm
from disbursements.admin.by_hand import ByHand
from disbursements.admin.release import ReleaseMany, release_selected
from disbursements.models import BulkVerb, DisbursementRequest
from disbursements.states import DisbursementStatus

ASK_INSTEAD = "An outcome that is unknown is never sent again: we ask what became of it instead."
JUDGED_AGAIN = "Each is looked at once more in its turn; what changed meanwhile is skipped."


class MomentForm(ReasonForm):
    """When, in Nairobi's time; empty is at once."""

    when = forms.DateTimeField(
        required=False,
        label="Try again at",
        help_text="Nairobi time. Leave it empty for as soon as possible.",
        widget=forms.DateTimeInput(
            format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local", "class": "pv-input"}
        ),
        error_messages={"invalid": "Write a day and a time, such as 2026-11-21T14:30"},
    )
    field_order = ("when", "reason")

    def clean_when(self) -> Any:
        """Not in the past."""
        when = self.cleaned_data["when"]
        if when is not None and when < clock.now() - clock.minutes(1):
            raise forms.ValidationError("This moment has passed. Leave it empty for at once.")
        return when


class LimitForm(ReasonForm):
    """How many retries in all."""

    max_retries = forms.IntegerField(
        label="Retries in all",
        min_value=0,
        widget=forms.NumberInput(attrs={"class": "pv-input", "inputmode": "numeric"}),
    )
    field_order = ("max_retries", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field, most = self.fields["max_retries"], settings.VAULT_MAX_RETRIES_LIMIT
        field.help_text = f"From 0 to {most}, counted from the first attempt."
        field.widget.attrs["max"] = most
        field.validators.append(MaxValueValidator(most, f"Write {most} at the most, such as 5"))


class Retry(ByHand):
    """Send again what is proven not paid, within its limit of retries."""

    name = "retry"
    verb = BulkVerb.RETRY
    label = "Retry now…"
    list_label = "Retry now…"
    title = "Retry {}"
    button = "Retry {}"
    done = "queued"
    explanation = "Sends it again at once, after proof that it was not paid."
    primary = True
    is_looked_for = True
    sentences = (
        "Each is sent again within minutes, after proof that it was not paid.",
        "What waits for its next try is sent now; what is parked is released.",
        "What failed is tried again only while it has retries left and its code is not final.",
        ASK_INSTEAD,
        JUDGED_AGAIN,
    )
    afterwards = "No money has moved yet: what is queued is sent within minutes."

    def offered(self, row: DisbursementRequest) -> bool:
        """Parked ones have Release on their page, which does the same."""
        return row.status != DisbursementStatus.PARKED and super().offered(row)


class Force(ByHand):
    """Try a failed one once more, whatever its code and its limit say."""

    name = "force"
    verb = BulkVerb.FORCE
    label = "Force a retry…"
    list_label = "Force a retry of failed ones…"
    title = "Force a retry of {}"
    button = "Force {}"
    done = "queued"
    explanation = "Past its limit or its final code. Only after proof that it was not paid."
    sentences = (
        "Each is sent once more within minutes, past its limit of retries or its final code.",
        "Only what failed and is proven not paid: never what is unknown or completed.",
        "If the payee or the amount is wrong, correct and resend it: this would fail again.",
        JUDGED_AGAIN,
    )
    afterwards = "No money has moved yet: what is queued is sent within minutes."


class BringForward(ByHand):
    """Earlier than planned."""

    name = "bring_forward"
    verb = BulkVerb.BRING_FORWARD
    label = "Bring the retry forward…"
    list_label = "Bring the retry forward…"
    title = "Bring the retry of {} forward"
    button = "Bring forward {}"
    done = "brought forward"
    form_class = MomentForm
    explanation = "Sends it earlier than planned."
    sentences = (
        "Each is sent again at the moment below instead of the planned one, if that is later.",
        "Nothing is sent before it is proven that the last try did not pay.",
        JUDGED_AGAIN,
    )
    afterwards = "No money has moved yet."

    def options(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        """The moment, or none for now."""
        return {"at": answers["when"].isoformat()} if answers.get("when") else {}


class StopRetrying(ByHand):
    """End it as failed."""

    name = "stop_retrying"
    verb = BulkVerb.STOP_RETRYING
    label = "Stop retrying…"
    list_label = "Stop retrying…"
    title = "Stop retrying {}"
    button = "Stop retrying {}"
    done = "stopped and ended as failed"
    explanation = "It ends as failed and is not sent again by itself."
    sentences = (
        "Each ends as failed, proven not paid, and is not sent again by itself.",
        "A person may still retry, force or correct it later.",
        JUDGED_AGAIN,
    )
    afterwards = "No money moved."


class Cancel(ByHand):
    """Withdraw before anything was sent."""

    name = "cancel"
    verb = BulkVerb.CANCEL
    label = "Cancel…"
    list_label = "Cancel what was not sent yet…"
    title = "Cancel {}"
    button = "Cancel {}"
    done = "cancelled"
    explanation = "Withdraws it for good. Nothing was sent yet."
    sentences = (
        "Each is withdrawn for good: it is never sent, and nobody can bring it back.",
        "Only what was never sent. What a sender takes before its turn comes is skipped.",
        JUDGED_AGAIN,
    )
    afterwards = "No money moved."


class ChangeLimit(ByHand):
    """Another limit of retries."""

    name = "change_limit"
    verb = BulkVerb.CHANGE_LIMIT
    label = "Change the retry limit…"
    list_label = "Change the retry limit…"
    title = "Change the retry limit of {}"
    button = "Change the limit of {}"
    done = "changed"
    form_class = LimitForm
    explanation = "How often it is tried again at the most."
    sentences = (
        "Each is tried again at most as often as you write below, from now on.",
        "Nothing is sent by this: what failed already is not retried by itself.",
        JUDGED_AGAIN,
    )
    afterwards = "Nothing was sent and no money moved."

    def options(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        """The new limit."""
        return {"max_retries": answers["max_retries"]}

    def preview_options(self) -> dict[str, Any]:
        """Any limit: which one is only known once it is written."""
        return {"max_retries": settings.VAULT_MAX_RETRIES_LIMIT}

    def initial(self, request: HttpRequest, rows: Sequence[Any]) -> dict[str, Any]:
        """The limit that one payout has now."""
        return {"max_retries": rows[0].max_retries} if rows else {}


class AskMany(ByHand):
    """Ask what became of several. One is asked about by AskMpesa."""

    name = "ask"
    verb = BulkVerb.ASK
    list_label = "Ask M-Pesa…"
    title = "Ask M-Pesa about {}"
    button = "Ask M-Pesa about {}"
    done = "being asked about"
    sentences: tuple[str, ...] = (
        "We send M-Pesa a status query about the last attempt of each. No money is sent.",
        "The answers arrive by themselves, usually within a minute, in each timeline.",
        "A status changes only if the answer proves something.",
    )
    afterwards = "The answers appear in each timeline. No money moves by it."


ROW_VERBS: tuple[type[ByHand], ...] = (
    Retry, Force, BringForward, StopRetrying, ChangeLimit, Cancel,
)  # fmt: skip
LIST_VERBS: tuple[type[ByHand], ...] = (
    Retry, Force, AskMany, BringForward, StopRetrying, ChangeLimit, Cancel,
)  # fmt: skip


def _in_the_list(kind: type[ByHand]) -> Callable[..., HttpResponse]:
    def begin(
        model_admin: Any, request: HttpRequest, queryset: QuerySet[DisbursementRequest]
    ) -> HttpResponse:
        return kind(model_admin).for_selection(request, queryset)

    begin.__name__ = f"{kind.name}_selected"
    return admin.action(description=kind.list_label)(begin)


LIST_ACTIONS = tuple(_in_the_list(kind) for kind in LIST_VERBS)
KINDS_BY_ACTION: dict[str, type[ConfirmedAction]] = {
    release_selected.__name__: ReleaseMany,
    **{f"{kind.name}_selected": kind for kind in LIST_VERBS},
}


def allowed_actions(
    model_admin: Any, request: HttpRequest, actions: Mapping[str, Any]
) -> dict[str, Any]:
    """Of the list's actions, those that this person may do; other actions stay."""
    return {
        name: action
        for name, action in actions.items()
        if name not in KINDS_BY_ACTION or KINDS_BY_ACTION[name](model_admin).allowed(request)
    }
