"""Answer M-Pesa before a payment is made: do we want it? Looks only, within seconds (5.4)."""

from django.conf import settings

from gateways.interface import TAKEN, PaymentToValidate, Refusal, Verdict
from vault.models import Property
from vault.queries import collecting
from vault.queries.matches import find
from vault.rules.accounts import account_key

REFUSED_SHORTCODE = Verdict(refusal=Refusal.SHORTCODE)
REFUSED_ACCOUNT = Verdict(refusal=Refusal.ACCOUNT)


def answer(*, payment: PaymentToValidate, secret_digest: bytes) -> Verdict:
    """Taken, always, unless VAULT_REFUSE_UNKNOWN_ACCOUNTS says otherwise.

    What cannot be allocated waits in a queue, and money turned away is a tenant's trouble. With
    the setting the shortcode must be the one of the address, the account (or a tenant's phone)
    known, and its property and owner active.
    """
    if not settings.VAULT_REFUSE_UNKNOWN_ACCOUNTS:
        return TAKEN
    shortcode = collecting.told_about(
        number=payment.shortcode, kind=collecting.VALIDATION, secret_digest=secret_digest
    )
    if shortcode is None:
        return REFUSED_SHORTCODE
    match = find(
        shortcode_id=shortcode.pk, typed=payment.account, key=account_key(payment.account),
        payer=payment.payer,
    )  # fmt: skip
    return TAKEN if match is not None and _is_active(match.property) else REFUSED_ACCOUNT


def _is_active(row: Property) -> bool:
    return row.is_active and row.owner.is_active
