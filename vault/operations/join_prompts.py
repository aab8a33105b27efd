"""Join prompts that are known to be paid with payments that came another way.

A query, and at times an answer, says "paid" without a receipt (daraja.md 2.3): C2B or Pull brings
the payment. Both sides look for the other. Locks: the prompt first, then the payment; who holds
a payment takes a prompt only where nobody else has it.
"""

from datetime import datetime

from core import alerts, clock, states
from vault import queries
from vault.models import Payment, Prompt, Tenant
from vault.queries import prompts
from vault.rules import prompting
from vault.states import PromptStatus

# Raised by operations.confirm: the receipt is only a stranger's word.
DOUBTED_ALERT = "confirmation_not_listed"
AMBIGUOUS_ALERT = "prompt_ambiguous"
NO_RECEIPT_ALERT = "prompt_without_receipt"
ELSEWHERE_ALERT = "prompt_paid_elsewhere"


def join(payment: Payment, *, at: datetime) -> Prompt | None:
    """The paid prompt that this new payment is of, now joined with it; None: there is none.

    The payment is locked, in the caller's transaction; the caller allocates it. Where several
    prompts fit, none is taken, and an alert is raised.
    """
    linked = Prompt.objects.filter(payment=payment).select_related("property", "tenant").first()
    if linked is not None:
        return linked
    rows = prompts.without_payment(payment=payment).select_for_update(
        of=("self",), skip_locked=True
    )
    fitting = [
        prompt
        for prompt in rows.select_related("property", "tenant")
        if prompts.fits(prompt, payment)
    ]
    same_receipt = [prompt for prompt in fitting if prompt.receipt]
    found = same_receipt or fitting
    if len(found) > 1:
        tell_ambiguous(str(payment.pk), f"{len(found)} prompts fit {payment.receipt}", at=at)
        return None
    if not found:
        return None
    link(found[0], payment, at=at)
    return found[0]


def payment_of(prompt: Prompt, *, at: datetime) -> Payment | None:
    """The payment that came before we knew the locked prompt to be paid, now locked.

    None: there is none yet, or several fit, which is told where the prompt is known to be paid.
    """
    doubted = queries.open_alert_keys(kind=DOUBTED_ALERT)
    fitting = prompts.without_prompt(prompt=prompt)
    found = [payment for payment in fitting if payment.receipt not in doubted]
    if len(found) > 1 and prompt.status == PromptStatus.PAID:
        tell_ambiguous(str(prompt.pk), f"{len(found)} payments fit prompt {prompt.pk}", at=at)
    if len(found) != 1:
        return None
    rows = Payment.objects.select_for_update(of=("self",)).select_related("shortcode")
    payment = rows.get(pk=found[0].pk)
    return None if Prompt.objects.filter(payment=payment).exists() else payment


def link(prompt: Prompt, payment: Payment, *, at: datetime) -> None:
    """The payment is the prompt's. Both locked."""
    prompt.payment = payment
    prompt.receipt = payment.receipt
    prompt.ask_at = None
    prompt.save(update_fields=["payment", "receipt", "ask_at"])
    states.note(prompt, at=at, because=f"its payment is {payment.receipt}")
    ended = {NO_RECEIPT_ALERT: str(prompt.pk), DOUBTED_ALERT: payment.receipt}
    for kind, key in ended.items():
        alerts.close_alerts(kind=kind, key=key, at=at, actor=states.SYSTEM)


def tenant_of(prompt: Prompt) -> Tenant | None:
    """The tenant who was prompted, unless they have moved to another property meanwhile."""
    tenant = prompt.tenant
    return tenant if tenant and tenant.property_id == prompt.property_id else None


def look_again(prompt: Prompt, *, at: datetime) -> None:
    """Of a paid prompt whose payment is not here: when to look next, and who hears of it."""
    age = clock.lived(at - prompt.status_at)
    wait = prompting.next_receipt_look(age)
    prompt.ask_at = None if wait is None else prompt.status_at + clock.scaled(wait)
    prompt.save(update_fields=["ask_at"])
    if age >= prompting.RECEIPT_MISSED_AFTER:
        number = prompt.shortcode.number
        alerts.raise_alert(
            kind=NO_RECEIPT_ALERT, key=str(prompt.pk), at=at,
            text=f"Prompt {prompt.pk} on {number} was paid, but no receipt came: look for it in "
            f"the statement of {number}, and see whether C2B addresses and Pull are registered",
        )  # fmt: skip


def tell_elsewhere(prompt: Prompt, payment: Payment, *, at: datetime) -> None:
    """The payment of a prompt was allocated to another property than was prompted for."""
    alerts.raise_alert(
        kind=ELSEWHERE_ALERT, key=payment.receipt, at=at,
        text=f"{payment.receipt} was prompted for {prompt.property} and is allocated to "
        f"{payment.property}: see which is right",
    )  # fmt: skip


def tell_ambiguous(key: str, text: str, *, at: datetime) -> None:
    """Several fit: a person says which."""
    alerts.raise_alert(
        kind=AMBIGUOUS_ALERT, key=key, at=at,
        text=f"{text}: none was joined; compare them with the statement",
    )  # fmt: skip
