"""Rows of money in for tests, plainly made: owners, properties, tenants, accounts, payments."""

from datetime import datetime
from itertools import count
from typing import Any

from django.db import transaction

from gateways.interface import PayerPhone, PhoneForm
from tests.wire import START
from vault.models import (
    AccountReference,
    Collection,
    Owner,
    Partner,
    Payment,
    Property,
    Shortcode,
    Tenant,
    TenantPhone,
)
from vault.operations.add_shortcode import Credentials, add_shortcode
from vault.operations.allocate import allocate
from vault.operations.receive import Heard, Source, receive
from vault.rules.accounts import account_key

RENT_MINOR = 1_000_000
COLLECTING = "600000"
_numbers = count(1)


def make_shortcode(
    partner: Partner, certificate: bytes | str, *, number: str = COLLECTING, kind: str = "paybill",
    at: datetime = START,
) -> Shortcode:  # fmt: skip
    """A shortcode that collects: it has a passkey. `certificate`: the simulator's."""
    return add_shortcode(
        number=number, partner_id=partner.pk, kind=kind, initiator_name="apiop", tps_limit=1000,
        credentials=Credentials(
            consumer_key="key", consumer_secret="secret", initiator_password="Safe#1",
            passkey="passkey",
        ),
        certificate=certificate.encode() if isinstance(certificate, str) else certificate,
        actor="test", at=at,
    )  # fmt: skip


def make_collection(shortcode: Shortcode, **more: Any) -> Collection:
    """How it collects, such as `pull_registered_at=…`."""
    return Collection.objects.create(shortcode=shortcode, **more)


def make_owner(partner: Partner, *, at: datetime = START, **more: Any) -> Owner:
    """Paid at once to a paybill, unless `more` says otherwise."""
    receiver: dict[str, Any] = {}
    if "paid_to" not in more:
        receiver = {
            "paid_to": "paybill", "receiver_number": "600222", "receiver_account": "PROP001",
        }  # fmt: skip
    values = {"name": f"Owner Example {next(_numbers)}", "forward_when": "at_once"}
    return Owner.objects.create(partner=partner, created_at=at, **values | receiver | more)


def make_property(
    owner: Owner, shortcode: Shortcode, *, account: str = "", at: datetime = START, **more: Any
) -> Property:
    """With its account given out."""
    number = next(_numbers)
    account = account or f"P{number}"
    values = {"name": f"Example House {number}", "rent_minor": RENT_MINOR}
    row = Property.objects.create(
        partner=owner.partner, owner=owner, shortcode=shortcode, account_reference=account,
        created_at=at, **values | more,
    )  # fmt: skip
    make_account(row, account, at=at)
    return row


def make_tenant(
    of: Property, *, phones: tuple[str, ...] = (), account: str = "", at: datetime = START,
    **more: Any,
) -> Tenant:  # fmt: skip
    """With their phones, and their account where they have one."""
    values = {"name": f"Tenant Example {next(_numbers)}", "account_reference": account}
    row = Tenant.objects.create(property=of, created_at=at, **values | more)
    for phone in phones:
        TenantPhone.objects.create(tenant=row, msisdn=phone, created_at=at)
    if account:
        make_account(of, account, tenant=row, at=at)
    return row


def make_account(
    of: Property, written: str, *, tenant: Tenant | None = None, source: str = "given",
    at: datetime = START,
) -> AccountReference:  # fmt: skip
    """An account that payers type."""
    return AccountReference.objects.create(
        shortcode=of.shortcode, key=account_key(written), written=written, property=of,
        tenant=tenant, source=source, created_by="test", created_at=at,
    )  # fmt: skip


def full(msisdn: str) -> PayerPhone:
    """A payer whose whole number is told."""
    return PayerPhone(form=PhoneForm.FULL, text=msisdn)


def masked(msisdn: str) -> PayerPhone:
    """A payer whose number is told in part."""
    return PayerPhone(form=PhoneForm.MASKED, text=f"{msisdn[:5]}****{msisdn[-3:]}")


def heard(shortcode: Shortcode, **more: Any) -> Heard:
    """What C2B tells of a payment of the rent."""
    values = {
        "receipt": f"UKL{next(_numbers):07d}", "amount_minor": RENT_MINOR, "currency": "KES",
        "source": Source.CONFIRMATION, "paid_at": START,
    }  # fmt: skip
    return Heard(shortcode=shortcode, **values | more)


def received_payment(shortcode: Shortcode, *, at: datetime | None = None, **more: Any) -> Payment:
    """A payment that came in and is nobody's yet; `more` are facts of Heard."""
    at = at or more.get("paid_at") or START
    with transaction.atomic():
        return receive(heard=heard(shortcode, **{"paid_at": at} | more), at=at).payment


def allocated_payment(
    of: Property, tenant: Tenant | None = None, *, at: datetime | None = None, **more: Any
) -> Payment:
    """A payment that came in and is split: fee kept, the rest owed."""
    with transaction.atomic():
        payment = received_payment(of.shortcode, at=at, **more)
        allocate(
            payment, property=of, tenant=tenant, because="made for a test", actor="test",
            at=payment.received_at,
        )  # fmt: skip
    return payment


__all__ = [
    "COLLECTING", "RENT_MINOR", "allocated_payment", "full", "heard", "make_account",
    "make_collection", "make_owner", "make_property", "make_shortcode", "make_tenant", "masked",
    "received_payment",
]  # fmt: skip
