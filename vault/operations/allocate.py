"""Allocate: say whose rent a payment is, split it into fee and owed, and book that.

The terms are those valid at payment. What is owed is due to be forwarded by the owner's plan.
"""

from datetime import datetime

import ledger.operations as books
from core import jobs, money, states
from core.alerts import close_alerts, raise_alert
from core.refusals import Refused
from ledger import chart
from ledger.lines import Side
from ledger.models import Entry, EntryKind
from vault.models import Method, PaidTo, Payment, Property, Tenant
from vault.operations.plans import held_property
from vault.queries.fees import Valid, terms_for
from vault.queries.forwarding import due_at, plan_of
from vault.queries.matches import match_of
from vault.rules.fees import FeeTooLarge, Split, split
from vault.rules.forward_schedule import Plan
from vault.rules.receivers import Receiver
from vault.states import PaymentStatus

FEE_ALERT = "fee_above_payment"
DISABLED_ALERT = "rent_of_disabled"
FORWARD_JOB = "forward"
BECAUSE_LENGTH_MAX = 200


def allocate(
    payment: Payment,
    *,
    property: Property,  # noqa: A002 - the field's word
    tenant: Tenant | None,
    because: str,
    actor: str,
    at: datetime,
) -> None:
    """Give a locked, unallocated payment to a property. Inside a transaction.

    A fee above the payment takes all of it, and nothing is owed (an alert says so). Cash is the
    owner's already, and what a disabled owner or property is owed waits for a person: neither is
    forwarded by itself. Raises Refused.
    """
    held = held_property(property.pk)
    plan = plan_of(held)
    _demand_fit(payment, held, tenant)
    valid = terms_for(property=held, at=payment.paid_at)
    shares = _split(payment, valid, at)
    # A person who is late does not make a slot of long ago due at once.
    since = None if actor == states.SYSTEM else at
    due = due_at(plan, paid_at=payment.paid_at, since=since)
    due = _due_by_itself(payment, held, shares, due, at)
    entry = next_entry(payment)
    details = {
        "entry": entry, "property": str(held.pk), "tenant": str(tenant.pk) if tenant else "",
        "fee": valid.words,
    }  # fmt: skip
    states.advance(
        payment, to=PaymentStatus.ALLOCATED, at=at, because=f"{because}: {held}", actor=actor,
        details=details, property=held, owner=held.owner, tenant=tenant,
        allocated_because=because[:BECAUSE_LENGTH_MAX], allocated_by=actor, fee_rule=valid.rule,
        fee_minor=shares.fee_minor, owed_minor=shares.owed_minor, forward_due_at=due,
        **_receiver(payment, plan).columns(),
    )  # fmt: skip
    _book(payment, shares, entry, at)
    if due is not None and due <= at:
        jobs.after_commit(FORWARD_JOB)


def allocate_automatically(payment: Payment, *, at: datetime) -> bool:
    """Allocate a locked payment where it is certain whose it is; whether it is allocated now.

    What was allocated before and taken back waits for a person.
    """
    if payment.status != PaymentStatus.UNALLOCATED or allocation_entries(payment):
        return payment.status == PaymentStatus.ALLOCATED
    match = match_of(payment)
    if match is None:
        return False
    return allocate_where_fit(
        payment, property=match.property, tenant=match.tenant, because=match.because, at=at
    )


def allocate_where_fit(
    payment: Payment,
    *,
    property: Property,  # noqa: A002
    tenant: Tenant | None,
    because: str,
    at: datetime,
) -> bool:
    """By itself, on a locked payment. What does not fit stays nobody's; the money is kept."""
    try:
        allocate(
            payment, property=property, tenant=tenant, because=because, actor=states.SYSTEM, at=at
        )
    except Refused as refused:
        states.note(payment, at=at, because=f"not allocated by itself: {refused}")
        return False
    return True


def name_tenant(
    payment: Payment, *, tenant: Tenant, because: str, actor: str, at: datetime
) -> bool:
    """Say which tenant a locked payment is from, where only the property was known.

    Whether it was said: not where the payment is another property's or tenant's.
    """
    if payment.tenant_id is not None or payment.property_id != tenant.property_id:
        return False
    payment.tenant = tenant
    payment.save(update_fields=["tenant"])
    details = {"tenant": str(tenant.pk)}
    states.note(payment, at=at, because=f"from {tenant}: {because}", actor=actor, details=details)
    return True


def allocation_entries(payment: Payment) -> list[str]:
    """The references under which it was allocated, oldest first; the last one may stand."""
    prefix = f"payment:{payment.pk}:allocated"
    posted = Entry.objects.filter(reference__startswith=prefix, kind=EntryKind.POSTING)
    return list(posted.order_by("pk").values_list("reference", flat=True))


def next_entry(payment: Payment) -> str:
    """`payment:<id>:allocated`, from the second time on with `:2` and so on."""
    times = len(allocation_entries(payment)) + 1
    return f"payment:{payment.pk}:allocated" + (f":{times}" if times > 1 else "")


def handed_over_entry(entry: str) -> str:
    """The reference of cash handed over, beside that of its allocation."""
    return entry.replace(":allocated", ":handed_over")


def _demand_fit(payment: Payment, of: Property, tenant: Tenant | None) -> None:
    if of.partner_id != payment.partner_id:
        raise Refused("there is no such property of this partner", field="property")
    if of.currency != payment.currency:
        raise Refused(f"{of} is paid in {of.currency}, not {payment.currency}", field="property")
    if tenant is not None and tenant.property_id != of.pk:
        raise Refused(f"{tenant} does not rent {of}: choose one of its tenants", field="tenant")


def _split(payment: Payment, valid: Valid, at: datetime) -> Split:
    try:
        return split(payment.amount_minor, valid.terms, currency=payment.currency)
    except FeeTooLarge as error:
        raise_alert(
            kind=FEE_ALERT, key=str(payment.pk), at=at,
            text=f"{payment.receipt}: {error}. All of it is kept as fee, nothing is owed",
        )  # fmt: skip
        return Split(fee_minor=payment.amount_minor, owed_minor=0)


def _receiver(payment: Payment, plan: Plan) -> Receiver:
    if payment.method == Method.CASH:
        return Receiver(paid_to=PaidTo.NOWHERE)
    return plan.receiver


def _due_by_itself(
    payment: Payment, of: Property, shares: Split, due: datetime | None, at: datetime
) -> datetime | None:
    if payment.method == Method.CASH or not shares.owed_minor:
        return None
    disabled = next((row for row in (of, of.owner) if not row.is_active), None)
    if due is not None and disabled is not None:
        owed = money.shown(shares.owed_minor, payment.currency)
        raise_alert(
            kind=DISABLED_ALERT, key=str(payment.pk), at=at,
            text=f"{payment.receipt} was paid for {of}, and {disabled} is disabled: {owed} is "
            "owed and not forwarded by itself",
        )  # fmt: skip
        return None
    return due


def _book(payment: Payment, shares: Split, entry: str, at: datetime) -> None:
    number, currency = payment.shortcode.number, payment.currency
    owed = chart.owed(payment.owner_id or "", currency)
    lines: list[Side] = [books.Debit(chart.unallocated(number, currency), payment.amount_minor)]
    if shares.fee_minor:
        lines.append(books.Credit(chart.fees(payment.partner_id, currency), shares.fee_minor))
    if shares.owed_minor:
        lines.append(books.Credit(owed, shares.owed_minor))
    books.post(lines=lines, reference=entry, description=f"{payment.receipt} allocated", at=at)
    if payment.method == Method.CASH and shares.owed_minor:
        cash = chart.cash(payment.partner_id, currency)
        books.post(
            lines=[books.Debit(owed, shares.owed_minor), books.Credit(cash, shares.owed_minor)],
            reference=handed_over_entry(entry),
            description=f"{payment.receipt} handed over in cash",
            at=at,
        )


def alerts_end(payment: Payment, *, actor: str, at: datetime) -> None:
    """Close what was told about its allocation."""
    for kind in (FEE_ALERT, DISABLED_ALERT):
        close_alerts(kind=kind, key=str(payment.pk), at=at, actor=actor)
