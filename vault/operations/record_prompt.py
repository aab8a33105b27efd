"""The third paragraph of prompting: lock, record the answer, advance, commit.

The prompt's own answer may have been first, or a sweep that found it abandoned. Then only what
is missing is filled in.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from core import alerts, clock, states
from core.models import AlertSeverity
from gateways import registry
from gateways.errors import Declined, GatewayError, Unreachable
from gateways.interface import Exchange, Prompted
from gateways.interface.received import PAID_CODE
from gateways.models import Call
from vault.models import Prompt
from vault.rules import prompting
from vault.states import PROMPT_OPEN, PromptStatus

MISFIT_ALERT = "prompt_does_not_fit"
REFUSED_ALERT = "collecting_refused"
CODE_LENGTH_MAX = 30


def record(*, prompt_id: UUID, answer: Prompted | GatewayError, at: datetime) -> Prompt:
    """Waiting, failed or unknown, by what the provider answered to the push."""
    with transaction.atomic(durable=True):
        prompt = locked(prompt_id)
        if answer.exchange is not None:
            log_call(prompt, answer.exchange, kind="prompt")
        if isinstance(answer, Prompted):
            _taken(prompt, answer, at)
        elif isinstance(answer, Declined | Unreachable):
            _refused(prompt, answer, at)
        else:
            _unclear(prompt, answer, at)
        return prompt


def locked(prompt_id: UUID) -> Prompt:
    """The prompt with what belongs to it, itself locked: always before its payment."""
    rows = Prompt.objects.select_for_update(of=("self",))
    return rows.select_related("shortcode", "property", "tenant").get(pk=prompt_id)


def log_call(prompt: Prompt, exchange: Exchange, *, kind: str) -> None:
    """One exchange about the prompt, for the log of calls."""
    Call.objects.from_exchange(
        exchange, provider=registry.collected_by(), kind=kind,
        shortcode=prompt.shortcode.number, subject_id=str(prompt.pk),
    ).save()  # fmt: skip


def tell_misfit(prompt: Prompt, text: str, *, at: datetime) -> None:
    """A critical alert: what was told does not fit the prompt; nothing is settled by it."""
    alerts.raise_alert(
        kind=MISFIT_ALERT, key=str(prompt.pk), severity=AlertSeverity.CRITICAL, at=at,
        text=f"An answer about prompt {prompt.pk} does not fit: {text}. Nothing was settled.",
    )  # fmt: skip
    states.note(prompt, at=at, because=f"an answer that does not fit: {text}")


def first_look(prompt: Prompt, *, at: datetime) -> datetime:
    """When it is asked about next: by its age."""
    wait = prompting.next_look(clock.lived(at - prompt.created_at))
    soon = at + clock.scaled(prompting.REST)
    return soon if wait is None else prompt.created_at + clock.scaled(wait)


def belongs_to_another(prompt: Prompt, checkout_id: str) -> bool:
    """Whether the id is another prompt's."""
    return Prompt.objects.filter(checkout_id=checkout_id).exclude(pk=prompt.pk).exists()


def _taken(prompt: Prompt, answer: Prompted, at: datetime) -> None:
    adopted = prompt.checkout_id
    if adopted not in (None, answer.checkout_id):
        tell_misfit(prompt, "it was acknowledged under another id than it was answered", at=at)
        return
    if belongs_to_another(prompt, answer.checkout_id):
        tell_misfit(prompt, "it was acknowledged under the id of another prompt", at=at)
        _to_unknown(prompt, "the acknowledgement names another prompt", at)
        return
    alerts.close_alerts(
        kind=REFUSED_ALERT, key=prompt.shortcode.number, at=at, actor=states.SYSTEM
    )
    ids: dict[str, Any] = {
        "checkout_id": answer.checkout_id,
        "merchant_request_id": answer.merchant_request_id[:100],
    }
    if prompt.status == PromptStatus.ASKING:
        ask_at = prompt.ask_at if adopted else first_look(prompt, at=at)
        states.advance(
            prompt, to=PromptStatus.WAITING, at=at, because="the provider took it",
            ask_at=ask_at, **ids,
        )  # fmt: skip
        return
    for name, value in ids.items():
        setattr(prompt, name, value)
    if prompt.status == PromptStatus.UNKNOWN and not adopted:
        prompt.ask_at = first_look(prompt, at=at)
    prompt.save(update_fields=[*ids, "ask_at"])


def _refused(prompt: Prompt, error: GatewayError, at: datetime) -> None:
    if prompt.status not in PROMPT_OPEN:
        return
    if prompt.checkout_id:  # it was answered, so it cannot have been refused
        tell_misfit(prompt, f"it was refused ({error}) and yet answered", at=at)
        return
    states.advance(
        prompt, to=PromptStatus.FAILED, at=at, because=f"not taken: {error}"[:500],
        code=error.code[:CODE_LENGTH_MAX], text=error.text, ask_at=None,
    )  # fmt: skip
    if isinstance(error, Declined):
        _tell_if_ours(prompt, error, at)


def _unclear(prompt: Prompt, error: GatewayError, at: datetime) -> None:
    # code 0 on a prompt says that somebody told of money
    code = "" if error.code == PAID_CODE else error.code[:CODE_LENGTH_MAX]
    _to_unknown(prompt, f"no clear answer: {error}"[:500], at, code=code, text=error.text)


def _to_unknown(prompt: Prompt, because: str, at: datetime, **changes: Any) -> None:
    if prompt.status == PromptStatus.ASKING:
        ask_at = first_look(prompt, at=at)
        states.advance(
            prompt, to=PromptStatus.UNKNOWN, at=at, because=because, ask_at=ask_at, **changes
        )


def _tell_if_ours(prompt: Prompt, error: Declined, at: datetime) -> None:
    """A refusal that every prompt of the shortcode would meet."""
    judge = import_string(settings.VAULT_CODE_JUDGE)
    verdict = judge(api="http", code=error.code, text=error.text, at=at)
    if verdict.scope == "shortcode" or verdict.next_step == "operator":
        number = prompt.shortcode.number
        alerts.raise_alert(
            kind=REFUSED_ALERT, key=number, severity=AlertSeverity.CRITICAL, at=at,
            text=f"M-Pesa refuses to prompt for {number}: {error}"[:500],
        )  # fmt: skip
