"""Ask what our Stripe accounts hold, and write down what is available (stripe.md 1.3)."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from core.models import AlertSeverity
from core.secrets import CannotOpen
from gateways import registry
from gateways.errors import Declined, GatewayError
from gateways.interface import Exchange, PlatformBalance, Rail
from gateways.models import Call
from vault import queries
from vault.models import BalanceReading, Shortcode, ShortcodeKind, Wallet
from vault.operations.account_alerts import (
    CREDENTIALS_CLOSED,
    CREDENTIALS_REFUSED,
    NOT_ANSWERED,
    close,
    tell,
    tell_closed,
)
from vault.operations.balances import FROM_QUERY
from vault.rules.credentials import STRIPE_CREDENTIAL_CODES
from vault.rules.wallets import AVAILABLE

RAIL = Rail.STRIPE_TRANSFER
KIND = "balance"


def ask_stripe_balances(*, at: datetime, but: Collection[UUID] = ()) -> int:
    """Ask for the balances of every active Stripe account `but` these; how many answered.

    A key that is refused is asked with again: that locks nothing at Stripe.
    """
    active = queries.active_shortcodes()
    accounts = [each for each in active if each.kind == ShortcodeKind.STRIPE]
    return sum(_ask(account, at) for account in accounts if account.pk not in but)


def record_available(
    *, account: Shortcode, available_minor: Mapping[str, int], at: datetime, source: str
) -> None:
    """What may be paid out, by currency, as it was read at this moment."""
    for currency, amount_minor in sorted(available_minor.items()):
        wallet, _ = Wallet.objects.get_or_create(
            shortcode=account, name=AVAILABLE, currency=currency
        )
        BalanceReading.objects.create(
            wallet=wallet, current_minor=amount_minor, available_minor=amount_minor, read_at=at,
            source=source,
        )  # fmt: skip


def _ask(account: Shortcode, at: datetime) -> bool:
    answer: PlatformBalance | GatewayError
    try:
        access = account.platform_access()
    except CannotOpen as error:
        tell_closed(account, error, at=at)
        return False
    try:
        answer = registry.transferrer(RAIL, access).balance()
    except GatewayError as error:
        answer = error
    with transaction.atomic(durable=True):
        return _record(account, answer, at)


def _record(account: Shortcode, answer: PlatformBalance | GatewayError, at: datetime) -> bool:
    close(CREDENTIALS_CLOSED, account, at=at)
    _log(account, answer.exchange)
    if isinstance(answer, GatewayError):
        _tell_refusal(account, answer, at)
        return False
    record_available(
        account=account, available_minor=answer.available_minor, at=at, source=FROM_QUERY
    )
    close(NOT_ANSWERED, account, at=at)
    close(CREDENTIALS_REFUSED, account, at=at)
    return True


def _tell_refusal(account: Shortcode, error: GatewayError, at: datetime) -> None:
    text = f"The balances of {account.number} were not told: {error}"[:500]
    if isinstance(error, Declined) and error.code in STRIPE_CREDENTIAL_CODES:
        tell(CREDENTIALS_REFUSED, account, text, at=at)
    else:
        tell(NOT_ANSWERED, account, text, at=at, severity=AlertSeverity.WARNING)


def _log(account: Shortcode, exchange: Exchange | None) -> None:
    if exchange is not None:
        Call.objects.from_exchange(
            exchange, provider=registry.provider_of(RAIL), kind=KIND,
            shortcode=account.number, subject_id=str(account.pk),
        ).save()  # fmt: skip
