"""Change a Stripe account: its secret key (sealed anew), its limit, whether it is in use."""

from datetime import datetime

from django.db import transaction

from core import alerts, secrets, states
from core.refusals import Refused, checked_reason
from gateways.interface import PlatformAccess
from vault.models import Shortcode
from vault.operations.account_alerts import CREDENTIALS_CLOSED, CREDENTIALS_REFUSED
from vault.operations.add_stripe_account import check_secret_key, check_tps_limit
from vault.operations.change_shortcode import Changed

REASON_EXAMPLE = "the key was rolled in the Dashboard"


def change_stripe_key(
    *,
    number: str,
    reason: str,
    actor: str,
    at: datetime,
    secret_key: str | None = None,
    tps_limit: int | None = None,
    is_active: bool | None = None,
) -> Changed:
    """Change what differs, with one Step that names it and tells no value. None: as it is.

    That a new key is of the same account is proven before (disbursements: change_platform_key).
    After a key was refused, a person resumes the account's payouts as well. Raises Refused.
    """
    because = checked_reason(reason, example=REASON_EXAMPLE)
    with transaction.atomic():
        row = Shortcode.objects.of_stripe().select_for_update().filter(number=number).first()
        if row is None:
            raise Refused(
                f"there is no Stripe account {number[:20]!r}: add_stripe_account adds one, such "
                "as STRIPE",
                field="number",
            )
        names = [
            *_new_key(row, secret_key), *_new_limit(row, tps_limit), *_new_use(row, is_active)
        ]  # fmt: skip
        if not names:
            return Changed(shortcode=row, names=(), alerts_closed=0)
        row.save(update_fields=["sealed_credentials", "tps_limit", "is_active"])
        states.note(row, at=at, because=f"changed: {', '.join(names)}: {because}", actor=actor)
        closed = _close_alerts(row, actor, at) if "secret-key" in names else 0
    return Changed(shortcode=row, names=tuple(names), alerts_closed=closed)


def is_another_key(row: Shortcode, secret_key: str) -> bool:
    """Whether this is not the key that the account has. Raises Refused where it cannot be its."""
    check_secret_key(secret_key)
    kept = _kept(row)
    if kept is not None and kept.secret_key == secret_key:
        return False
    if kept is not None and kept.is_live != PlatformAccess(secret_key=secret_key).is_live:
        raise Refused(
            "one key is of test mode and the other of live mode, which know nothing of each "
            "other: add a Stripe account of its own for it, such as STRIPE2",
            field="secret-key",
        )
    return True


def _new_key(row: Shortcode, secret_key: str | None) -> list[str]:
    if secret_key is None or not is_another_key(row, secret_key):
        return []
    row.sealed_credentials = secrets.seal({"secret_key": secret_key}, context=row.context)
    return ["secret-key"]


def _kept(row: Shortcode) -> PlatformAccess | None:
    """The key until now; None when it does not open any more."""
    try:
        return row.platform_access()
    except secrets.CannotOpen:
        return None


def _new_limit(row: Shortcode, tps_limit: int | None) -> list[str]:
    if tps_limit is None or tps_limit == row.tps_limit:
        return []
    check_tps_limit(tps_limit)
    row.tps_limit = tps_limit
    return ["tps-limit"]


def _new_use(row: Shortcode, is_active: bool | None) -> list[str]:
    if is_active is None or is_active == row.is_active:
        return []
    row.is_active = is_active
    return ["active"]


def _close_alerts(row: Shortcode, actor: str, at: datetime) -> int:
    return sum(
        alerts.close_alerts(kind=kind, key=row.number, at=at, actor=actor)
        for kind in (CREDENTIALS_REFUSED, CREDENTIALS_CLOSED)
    )
