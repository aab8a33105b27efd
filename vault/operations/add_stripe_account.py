"""Add a partner's own Stripe platform account, its secret key sealed to its row."""

import re
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from core import secrets, states
from core.refusals import Refused
from vault.models import Partner, Shortcode, ShortcodeKind
from vault.models.shortcode import TPS_LIMIT_DEFAULT

# Stripe's limit for each endpoint (stripe.md 1.6).
TPS_LIMIT_MAX = 25
_NUMBER = re.compile(r"[A-Z][A-Z0-9]{2,6}", re.ASCII)
_SECRET_KEY = re.compile(r"[rs]k_(test|live)_[A-Za-z0-9_]{1,250}", re.ASCII)


def add_stripe_account(
    *,
    number: str,
    partner_id: UUID,
    secret_key: str,
    actor: str,
    at: datetime,
    tps_limit: int = TPS_LIMIT_DEFAULT,
) -> Shortcode:
    """The new account, under a short name of ours. Raises Refused naming the field."""
    if not _NUMBER.fullmatch(number):
        raise Refused(
            f"{number[:20]!r} is not 3 to 7 capitals and digits beginning with a letter, "
            "such as STRIPE",
            field="number",
        )
    check_secret_key(secret_key)
    check_tps_limit(tps_limit)
    if not Partner.objects.filter(pk=partner_id).exists():
        raise Refused(
            f"there is no partner {partner_id}: add_partner prints the id", field="partner"
        )
    row = Shortcode(
        number=number, partner_id=partner_id, kind=ShortcodeKind.STRIPE, initiator_name="",
        certificate="", tps_limit=tps_limit, created_at=at,
    )  # fmt: skip
    row.sealed_credentials = secrets.seal({"secret_key": secret_key}, context=row.context)
    try:
        with transaction.atomic():
            states.begin([row], at=at, because=f"added for partner {partner_id}", actor=actor)
    except IntegrityError:
        raise Refused(
            f"{number} is there already: give the account another name, such as STRIPE2",
            field="number",
        ) from None
    return row


def check_secret_key(secret_key: str) -> None:
    """Raises Refused for what is no key of the account, and never tells it."""
    if not _SECRET_KEY.fullmatch(secret_key):
        raise Refused(
            "it is no secret or restricted key of Stripe: it begins with sk_live_, rk_live_, "
            "sk_test_ or rk_test_",
            field="secret-key",
        )


def check_tps_limit(tps_limit: int) -> None:
    """Raises Refused above what Stripe takes for each endpoint."""
    if not 1 <= tps_limit <= TPS_LIMIT_MAX:
        raise Refused(f"write 1 to {TPS_LIMIT_MAX} calls a second, such as 20", field="tps-limit")
