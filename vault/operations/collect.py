"""Prompt somebody to pay: write it down and commit, call, record what was answered.

There is no reference of ours that the provider knows (daraja.md 2.1): a prompt is sent once, and
one whose answer was lost is waited for, never repeated.
"""

import logging
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from core import clock, money, states
from core.callers import Caller
from core.refusals import Refused
from core.secrets import CannotOpen
from gateways import inbox, registry
from gateways.errors import GatewayError, Unclear
from gateways.interface import Collector, Prompted, PromptOrder
from vault.models import Prompt, Shortcode
from vault.operations.account_alerts import tell_closed
from vault.operations.record_prompt import record
from vault.operations.wanted_prompt import Wanted, wanted
from vault.queries import prompts
from vault.queries.collecting import access_of
from vault.rules import prompting
from vault.states import PromptStatus

KIND = "stk"

logger = logging.getLogger(__name__)


class PromptOpen(Refused):
    """Not now: a prompt stands on the phone, or it was prompted just before. See `again_at`."""

    def __init__(self, message: str, *, again_at: datetime) -> None:
        super().__init__(message, field="phone")
        self.again_at = again_at


def collect(
    *,
    property_id: UUID,
    msisdn: str,
    amount: str | None,
    tenant_id: UUID | None = None,
    caller: Caller,
    at: datetime,
    reason: str = "",
) -> Prompt:
    """Prompt this phone for rent of the property; `amount` is in shillings, None the rent.

    The row as it was recorded: waiting, failed at once (`code`, `text`), or unknown. A tenant may
    prompt any phone for the property that they rent; others need vault.collect_payment.
    Raises what operations.wanted_prompt raises, and PromptOpen.
    """
    wish = wanted(
        property_id=property_id, msisdn=msisdn, amount=amount, tenant_id=tenant_id,
        caller=caller, at=at,
    )  # fmt: skip
    collector = _collector(wish.property.shortcode, at)
    prompt, order = _write_down(wish, caller, reason, at)
    answer = _call(collector, order)
    return record(prompt_id=prompt.pk, answer=answer, at=clock.database_now())


def check(
    *,
    property_id: UUID,
    msisdn: str,
    amount: str | None,
    tenant_id: UUID | None = None,
    caller: Caller,
    at: datetime,
) -> Wanted:
    """What `collect` would prompt for, and nothing done; raises what it raises."""
    wish = wanted(
        property_id=property_id, msisdn=msisdn, amount=amount, tenant_id=tenant_id,
        caller=caller, at=at,
    )  # fmt: skip
    _collector(wish.property.shortcode, at)
    _refuse_open(wish, at)
    _refuse_repeated(wish, caller, at)
    return wish


def _collector(shortcode: Shortcode, at: datetime) -> Collector:
    try:
        access = access_of(shortcode)
    except CannotOpen as error:
        tell_closed(shortcode, error, at=at)
        raise Refused(str(error), field="shortcode") from error
    if not access.passkey:
        raise Refused(
            f"{shortcode.number} has no passkey to prompt with: give it with "
            f"change_shortcode {shortcode.number} --passkey",
            field="shortcode",
        )
    return registry.collector(access)


def _write_down(
    wish: Wanted, caller: Caller, reason: str, at: datetime
) -> tuple[Prompt, PromptOrder]:
    provider = registry.collected_by()
    secret = inbox.new_secret(provider=provider, kind=KIND)
    prompt = Prompt(
        partner_id=wish.property.partner_id, shortcode=wish.property.shortcode,
        property=wish.property, tenant=wish.tenant, status=PromptStatus.ASKING, status_at=at,
        msisdn=wish.msisdn, amount_minor=wish.amount_minor, currency=wish.currency,
        account=wish.account, description=wish.description,
        secret_digest=inbox.secret_digest(secret),
        ask_at=at + clock.scaled(prompting.ABANDONED_AFTER),
        origin=caller.origin, created_by=caller.actor, created_at=at,
    )  # fmt: skip
    with transaction.atomic(durable=True):
        _refuse_open(wish, at)
        _refuse_repeated(wish, caller, at)
        shown = money.shown(wish.amount_minor, wish.currency)
        because = f"prompted for {shown}, account {wish.account}"
        because += f": {reason}" if reason else ""
        try:
            with transaction.atomic():
                states.begin([prompt], at=at, because=because, actor=caller.actor)
        except IntegrityError:
            _refuse_open(wish, at)
            raise
    url = inbox.callback_url(provider=provider, kind=KIND, secret=secret)
    return prompt, PromptOrder(
        msisdn=wish.msisdn, amount_minor=wish.amount_minor, currency=wish.currency,
        account=wish.account, description=wish.description, url=url,
    )  # fmt: skip


def _refuse_open(wish: Wanted, at: datetime) -> None:
    row = prompts.open_on(msisdn=wish.msisdn)
    if row is not None:
        ends_at = row.created_at + clock.scaled(prompting.EXPIRES_AFTER)
        raise _not_now("a prompt stands on this phone already", ends_at, at)


def _refuse_repeated(wish: Wanted, caller: Caller, at: datetime) -> None:
    wait = clock.scaled(prompting.SAME_AMOUNT_WAIT)
    same = prompts.same_since(msisdn=wish.msisdn, amount_minor=wish.amount_minor, since=at - wait)
    if same is not None:
        text = "M-Pesa refuses the same amount on one phone twice within two minutes"
        raise _not_now(text, same.created_at + wait, at)
    if caller.tenant_id is None:
        return
    window = clock.scaled(prompting.TENANT_PROMPTS_WINDOW)
    made = prompts.by_person_since(
        partner_id=wish.property.partner_id, actor=caller.actor, since=at - window
    )
    if len(made) >= prompting.TENANT_PROMPTS_MAX:
        text = f"you prompted {len(made)} times within an hour"
        raise _not_now(text, made[-prompting.TENANT_PROMPTS_MAX] + window, at)


def _not_now(text: str, again_at: datetime, at: datetime) -> PromptOpen:
    again_at = max(again_at, at)
    local = again_at.astimezone(clock.NAIROBI)
    return PromptOpen(f"{text}: try again after {local:%H:%M:%S} Nairobi time", again_at=again_at)


def _call(collector: Collector, order: PromptOrder) -> Prompted | GatewayError:
    try:
        return collector.prompt(order)
    except GatewayError as error:
        return error
    except Exception:
        logger.exception("A prompt broke off")
        return Unclear("The call broke off on our side")
