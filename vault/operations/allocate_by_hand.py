"""A person says whose rent a payment is, and may have what was typed understood from now on."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from core import states
from core.alerts import close_alerts
from core.callers import Caller
from core.refusals import Refused, checked_reason
from vault.models import AccountReference, Payment, Property, Tenant
from vault.operations.allocate import allocate
from vault.operations.reach import locked_payment, property_of
from vault.operations.receive import UNLISTED_ALERT
from vault.rules.accounts import KEY_LENGTH_MAX
from vault.states import PaymentStatus

PERMISSION = "vault.allocate_payment"
REASON_EXAMPLE = "the tenant called: it is for B4"
LEARNED = AccountReference.Source.LEARNED


def allocate_by_hand(
    *,
    payment_id: UUID,
    property_id: UUID,
    tenant_id: UUID | None,
    remember: bool,
    reason: str,
    caller: Caller,
    at: datetime,
) -> Payment:
    """The payment, allocated. `remember`: the same account means the same from now on.

    Raises Refused naming payment, property, tenant, remember or reason.
    """
    caller.demand(PERMISSION)
    said = checked_reason(reason, example=REASON_EXAMPLE)
    with transaction.atomic():
        payment = locked_payment(payment_id=payment_id, caller=caller)
        if payment.status != PaymentStatus.UNALLOCATED:
            raise Refused(f"{payment.receipt} is {payment.status} already", field="payment")
        chosen = property_of(property_id=property_id, caller=caller)
        tenant = _tenant(tenant_id, chosen)
        allocate(
            payment, property=chosen, tenant=tenant, because=f"by hand: {said}",
            actor=caller.actor, at=at,
        )  # fmt: skip
        if remember:
            _remember(payment, chosen, tenant, caller.actor, at)
        close_alerts(kind=UNLISTED_ALERT, key=payment.receipt, at=at, actor=caller.actor)
    return payment


def why_not_remember(payment: Payment) -> str:
    """Why what was typed cannot be kept for the next time, or an empty string."""
    if not payment.account_key:
        return "the payer typed no account: there is nothing to remember"
    if len(payment.account_key) > KEY_LENGTH_MAX:
        return f"the account is longer than {KEY_LENGTH_MAX} characters: no payer types it twice"
    return ""


def _tenant(tenant_id: UUID | None, of: Property) -> Tenant | None:
    if tenant_id is None:
        return None
    tenant = Tenant.objects.filter(pk=tenant_id, property=of).first()
    if tenant is None:
        raise Refused(f"there is no tenant {tenant_id} of {of}", field="tenant")
    return tenant


def _remember(
    payment: Payment, of: Property, tenant: Tenant | None, actor: str, at: datetime
) -> None:
    """By the shortcode that was paid: there the next payer will type it."""
    if problem := why_not_remember(payment):
        raise Refused(problem, field="remember")
    meaning = {"property": of, "tenant": tenant}
    try:
        with transaction.atomic():
            row, is_new = AccountReference.objects.select_for_update().get_or_create(
                shortcode_id=payment.shortcode_id,
                key=payment.account_key,
                defaults={
                    "written": payment.account_typed[:KEY_LENGTH_MAX], "source": LEARNED,
                    "created_by": actor, "created_at": at, **meaning,
                },
            )  # fmt: skip
    except IntegrityError:
        raise Refused("somebody else changed this account this moment: look again",
                      field="remember") from None  # fmt: skip
    if not is_new:
        _relearn(row, of, tenant)
        row.save(update_fields=["property", "tenant"])
    because = f"account {row.written} means {tenant or of} from now on"
    states.note(row, at=at, because=because, actor=actor)


def _relearn(row: AccountReference, of: Property, tenant: Tenant | None) -> None:
    """What was given out is not changed here, what was learned is."""
    same = row.property_id == of.pk and row.tenant_id == (tenant.pk if tenant else None)
    if row.source != LEARNED and not same:
        raise Refused(
            f"{row.written} is the account of {row.tenant or row.property}: change it there, or "
            "allocate without remembering",
            field="remember",
        )
    row.property, row.tenant = of, tenant
