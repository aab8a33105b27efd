"""Change a Stripe account's key, once it is proven that the new one is of the same account.

With the key of another account what has no known outcome would be looked up where it never was,
and sent again from there: it could be paid twice.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from core.refusals import Refused, checked_reason
from disbursements.models import (
    DisbursementRequest,
    DisbursementRetryLog,
    SettledAs,
    Settlement,
)
from disbursements.operations import pace
from disbursements.queries.settlements import IN_QUESTION
from disbursements.states import OPEN_OUTCOME, SettlementStatus
from gateways import registry
from gateways.errors import Declined, GatewayError
from gateways.interface import Exchange, PlatformAccess, Rail
from gateways.models import Call
from vault.models import Shortcode
from vault.operations.change_shortcode import Changed
from vault.operations.change_stripe_key import REASON_EXAMPLE, change_stripe_key, is_another_key
from vault.rules.credentials import STRIPE_CREDENTIAL_CODES

RAIL = Rail.STRIPE_TRANSFER
CALL_KIND = "key"
FIELD = "secret-key"
NOT_THERE = "resource_missing"
REFUSES_KEYS = frozenset({401, 403})


def change_platform_key(
    *,
    number: str,
    reason: str,
    actor: str,
    at: datetime,
    secret_key: str | None = None,
    tps_limit: int | None = None,
    is_active: bool | None = None,
) -> Changed:
    """As vault's change_stripe_key, which does it. Outside of any transaction.

    The proof is that the new key finds the latest transfer that this account made; where it made
    none, that no outcome is open. Raises Refused.
    """
    checked_reason(reason, example=REASON_EXAMPLE)
    account = Shortcode.objects.of_stripe().filter(number=number).first()
    unproven = None
    if account and secret_key is not None and is_another_key(account, secret_key):
        made = _latest_transfer(account)
        if made is None:
            unproven = account
        else:
            _demand_found(account, made, PlatformAccess(secret_key=secret_key))
    with transaction.atomic():
        if unproven is not None:
            _demand_nothing_open(unproven, at)
        return change_stripe_key(
            number=number, secret_key=secret_key, tps_limit=tps_limit, is_active=is_active,
            reason=reason, actor=actor, at=at,
        )  # fmt: skip


def _latest_transfer(account: Shortcode) -> str | None:
    """Stripe's id of it; not one that persons typed, which Stripe never told this account."""
    by_persons = Settlement.objects.filter(
        disbursement=OuterRef("pk"), settled_as=SettledAs.PAID, status=SettlementStatus.APPROVED
    )
    paid = DisbursementRequest.objects.filter(
        ~Exists(by_persons), shortcode=account, rail=RAIL, completed_at__isnull=False,
        receipt__startswith="tr_",
    )  # fmt: skip
    return paid.order_by("-completed_at").values_list("receipt", flat=True).first()


def _demand_found(account: Shortcode, made: str, access: PlatformAccess) -> None:
    """Ask Stripe for the transfer with the new key. Raises Refused."""
    try:
        found = registry.transferrer(RAIL, access).fetch(made)
    except GatewayError as error:
        _log(account, error.exchange)
        raise _refused(error, account, made) from error
    _log(account, found.exchange)


def _refused(error: GatewayError, account: Shortcode, made: str) -> Refused:
    if isinstance(error, Declined) and error.code == NOT_THERE:
        return Refused(
            f"this key belongs to another Stripe account, which does not have {made} of "
            f"{account.number}: add that one with add_stripe_account, such as STRIPE2",
            field=FIELD,
        )
    if isinstance(error, Declined) and _refuses_keys(error):
        return Refused(
            f"Stripe refuses this key ({error})"[:400] + ": nothing was changed; copy it once "
            "more from the Dashboard, such as sk_live_…",
            field=FIELD,
        )
    return Refused(
        f"the key could not be checked ({error})"[:400] + ": nothing was changed; try again, "
        "such as in a minute",
        field=FIELD,
    )


def _refuses_keys(error: Declined) -> bool:
    status = error.exchange.http_status if error.exchange else None
    return status in REFUSES_KEYS or error.code in STRIPE_CREDENTIAL_CODES


def _demand_nothing_open(account: Shortcode, at: datetime) -> None:
    """Nobody claims meanwhile. In the transaction that changes the key. Raises Refused."""
    pace.lock(shortcode=account, at=at)
    if _latest_transfer(account) is not None:
        raise Refused("a transfer was made just now: nothing was changed; try again", field=FIELD)
    in_question = DisbursementRetryLog.objects.filter(IN_QUESTION, disbursement=OuterRef("pk"))
    rows = DisbursementRequest.objects.filter(
        Q(status__in=OPEN_OUTCOME) | Exists(in_question), shortcode=account
    )
    if count := rows.count():
        raise Refused(
            f"it cannot be proven that this key is of the same Stripe account: nothing was ever "
            f"paid from {account.number}, and outcomes are open: {count}. Settle those first, "
            "such as with manage.py settle_disbursement",
            field=FIELD,
        )


def _log(account: Shortcode, exchange: Exchange | None) -> None:
    if exchange is not None:
        Call.objects.from_exchange(
            exchange, provider=registry.provider_of(RAIL), kind=CALL_KIND,
            shortcode=account.number, subject_id=str(account.pk),
        ).save()  # fmt: skip
