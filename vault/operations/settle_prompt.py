"""How a prompt ends: paid (its money taken in), failed, expired. On locked prompts.

Inside the caller's transaction. What ended without money can still prove paid.
"""

from datetime import datetime

from django.conf import settings
from django.utils.module_loading import import_string

from core import alerts, clock, states
from core.models import AlertSeverity
from gateways.interface import PayerPhone, PhoneForm
from gateways.interface.received import PAID_CODE
from vault import queries
from vault.models import Payment, Prompt
from vault.operations import join_prompts
from vault.operations.allocate import allocate_where_fit, allocation_entries, name_tenant
from vault.operations.receive import Heard, Source, receive
from vault.operations.record_prompt import CODE_LENGTH_MAX
from vault.queries import prompts
from vault.states import PaymentStatus, PromptStatus

CONTRADICTION_ALERT = "prompt_contradicted"
PAID_AFTER_ALL_ALERT = "prompt_paid_after_all"
BECAUSE = "paid the prompt for it"
ENDED = (PromptStatus.FAILED, PromptStatus.EXPIRED)


def paid(
    prompt: Prompt, *, receipt: str, paid_at: datetime | None, because: str, at: datetime
) -> None:
    """The payer paid: the money is taken in by its receipt, or looked for where none is told."""
    if prompt.status in ENDED:
        _tell_after_all(prompt, at)
    states.advance(
        prompt, to=PromptStatus.PAID, at=at, because=because, code=PAID_CODE, text="",
        receipt=receipt or prompt.receipt, ask_at=None,
    )  # fmt: skip
    if prompt.receipt:
        # Without one in this report, it is what a sender told who is not listed.
        take_in(prompt, receipt=prompt.receipt, paid_at=paid_at, at=at, trusted=bool(receipt))
    else:
        find_payment(prompt, at=at)


def take_in(
    prompt: Prompt, *, receipt: str, paid_at: datetime | None, at: datetime, trusted: bool
) -> bool:
    """Receive what was paid under this receipt, and allocate it by the prompt.

    False when the receipt contradicts what is on record: told, and nothing joined. Not
    `trusted`: a query proves that it was paid, but only a stranger told the receipt. The true
    one would be the same money once more, so that it waits until C2B, Pull or a person agrees.
    """
    waits = not trusted and is_doubted(receipt)
    heard = Heard(
        shortcode=prompt.shortcode, receipt=receipt, amount_minor=prompt.amount_minor,
        currency=prompt.currency, source=Source.ANSWER, account_typed=prompt.account,
        payer=PayerPhone(form=PhoneForm.FULL, text=prompt.msisdn), paid_at=paid_at,
    )  # fmt: skip
    received = receive(heard=heard, at=at)
    if received.contradiction:
        contradicted(prompt, f"{receipt} is {received.contradiction}", at=at)
        return False
    if Prompt.objects.filter(payment=received.payment).exclude(pk=prompt.pk).exists():
        contradicted(prompt, f"{receipt} is the payment of another prompt", at=at)
        return False
    join_prompts.link(prompt, received.payment, at=at)
    if waits or (received.is_new and not trusted):
        _tell_doubt(received.payment, at)
    else:
        _allocate(prompt, received.payment, at)
    return True


def find_payment(prompt: Prompt, *, at: datetime) -> None:
    """Look whether C2B or Pull told of the payment; if not, look again later."""
    payment = join_prompts.payment_of(prompt, at=at)
    if payment is None:
        join_prompts.look_again(prompt, at=at)
        return
    join_prompts.link(prompt, payment, at=at)
    _allocate(prompt, payment, at)


def paid_otherwise(prompt: Prompt, *, at: datetime) -> bool:
    """Whether the payment of a prompt that ended without money is here all the same.

    M-Pesa says "nobody answered" of prompts that were paid. The payment must be the only one that
    fits, and the prompt the only one that it fits.
    """
    if prompt.status not in ENDED:
        return False
    payment = join_prompts.payment_of(prompt, at=at)
    if payment is None or prompts.another_fits(prompt, payment):
        return False
    states.advance(
        prompt, to=PromptStatus.PAID, at=at, code=PAID_CODE, text="",
        because=f"{payment.receipt} fits it: the account, the amount, the phone and the time",
    )  # fmt: skip
    join_prompts.link(prompt, payment, at=at)
    _allocate(prompt, payment, at)
    return True


def failed(
    prompt: Prompt, *, code: str, text: str, because: str, at: datetime,
    ask_at: datetime | None = None,
) -> None:  # fmt: skip
    """It ended without money. `ask_at`: when a query shall confirm it."""
    states.advance(
        prompt, to=PromptStatus.FAILED, at=at, because=because[:500],
        code=code[:CODE_LENGTH_MAX], text=text, ask_at=ask_at,
    )  # fmt: skip


def is_final(*, code: str, text: str, at: datetime) -> bool:
    """Whether the table says that this result means not paid.

    A code that no row names is no verdict: calling it failed would free the phone for a second
    prompt while the first can still be paid (daraja.md 12).
    """
    judge = import_string(settings.VAULT_CODE_JUDGE)
    verdict = judge(api="stk", code=code, text=text, at=at)
    return bool(verdict.outcome == "failed" and verdict.classified)


def contradicted(prompt: Prompt, text: str, *, at: datetime) -> None:
    """Two reports that cannot both be true: kept, told, and no money moved by it."""
    alerts.raise_alert(
        kind=CONTRADICTION_ALERT, key=str(prompt.pk), severity=AlertSeverity.CRITICAL, at=at,
        text=f"The reports about prompt {prompt.pk} contradict each other: {text}",
    )  # fmt: skip
    states.note(prompt, at=at, because=f"contradiction: {text}"[:500])


def is_doubted(receipt: str) -> bool:
    """Whether only a sender who is not listed told of this receipt."""
    return receipt in queries.open_alert_keys(kind=join_prompts.DOUBTED_ALERT)


def _allocate(prompt: Prompt, payment: Payment, at: datetime) -> None:
    """By the prompt, unless the payment's account or a person has said already.

    What a person took back waits for a person.
    """
    tenant = join_prompts.tenant_of(prompt)
    if payment.status == PaymentStatus.UNALLOCATED:
        if allocation_entries(payment):
            return
        allocate_where_fit(
            payment, property=prompt.property, tenant=tenant, because=BECAUSE, at=at
        )
    elif payment.status == PaymentStatus.ALLOCATED and payment.property_id != prompt.property_id:
        join_prompts.tell_elsewhere(prompt, payment, at=at)
    elif payment.status == PaymentStatus.ALLOCATED and tenant is not None:
        name_tenant(payment, tenant=tenant, because=BECAUSE, actor=states.SYSTEM, at=at)


def _tell_doubt(payment: Payment, at: datetime) -> None:
    alerts.raise_alert(
        kind=join_prompts.DOUBTED_ALERT, key=payment.receipt, at=at,
        severity=AlertSeverity.CRITICAL,
        text=f"{payment.receipt} was told by a sender that is not listed. A prompt of this amount "
        "was paid, but whether under this receipt is not known: it waits unallocated until C2B "
        "or Pull tells of it. Compare it with the statement before you allocate it",
    )  # fmt: skip


def _tell_after_all(prompt: Prompt, at: datetime) -> None:
    """Whoever heard that it failed may have asked the payer again."""
    minutes = round(clock.lived(at - prompt.status_at).total_seconds() / 60)
    alerts.raise_alert(
        kind=PAID_AFTER_ALL_ALERT, key=str(prompt.pk), at=at,
        text=f"Prompt {prompt.pk} was paid {minutes} minutes after it was {prompt.status}: see "
        "whether the payer was asked again and paid twice",
    )  # fmt: skip
