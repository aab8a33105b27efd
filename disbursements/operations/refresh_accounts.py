"""Ask Stripe how connected accounts stand: the one source of what we believe of them.

Claimed and committed, asked outside of transactions, recorded, and then whoever waited is woken.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from core import clock, jobs
from core.secrets import CannotOpen
from disbursements import queries
from disbursements.models import ConnectedAccount
from disbursements.operations import record_standing
from disbursements.operations.accounts import JOB, OUT_OF_REACH, wake
from disbursements.operations.record_standing import Asked, Told
from disbursements.queries import accounts
from disbursements.queries.accounts import to_refresh
from gateways import registry
from gateways.errors import Declined, GatewayError
from gateways.interface import Rail, Transferrer
from vault.models import Shortcode
from vault.operations.account_alerts import tell_closed

RAIL = Rail.STRIPE_TRANSFER
BATCH = 40
THREADS = 4
# Stripe takes 25 a second for each endpoint (stripe.md 1.6); two workers may ask at once.
GAP_S = 0.1
BUDGET_S = 40.0
LEASE = timedelta(minutes=10)
TROUBLES_MAX = 3


@dataclass
class _Run:
    """What one run knows: each partner's Stripe accounts, and those that answer no more."""

    platforms: dict[UUID, list[tuple[str, Transferrer]]] = field(default_factory=dict)
    troubles: dict[UUID, int] = field(default_factory=dict)

    @property
    def given_up(self) -> list[UUID]:
        """The partners whose Stripe account is left alone until the next run."""
        return [partner for partner, count in self.troubles.items() if count >= TROUBLES_MAX]


def refresh_accounts(
    *, at: datetime, partner_id: UUID | None = None, user_id: str | None = None,
    budget_s: float = BUDGET_S,
) -> int:  # fmt: skip
    """Ask about every account that is due, for `budget_s`; returns how many were answered for.

    With a partner or a user: about all of theirs, due or not.
    """
    of: dict[str, Any] = {"partner_id": partner_id, "user_id": user_id}
    of = {name: value for name, value in of.items() if value is not None}
    if of:
        ConnectedAccount.objects.filter(refresh_at__gt=at, **of).update(refresh_at=at)
    ends_s, answered, run = clock.stopwatch_s() + budget_s, 0, _Run()
    with ThreadPoolExecutor(THREADS, thread_name_prefix="accounts") as threads:
        while claimed := _claim(of, run):
            told = list(threads.map(_ask, claimed, _moments(len(claimed))))
            answered += _record(told, run)
            if clock.stopwatch_s() > ends_s:
                _hint_the_rest(of, run)
                break
    return answered


def _claim(of: dict[str, Any], run: _Run) -> list[Asked]:
    """A batch that nobody else asks about until LEASE is over, when this worker has died."""
    at = clock.database_now()
    lease_until = at + LEASE
    with transaction.atomic(durable=True):
        rows = list(
            to_refresh(at=at)
            .filter(**of)
            .exclude(partner_id__in=run.given_up)
            .select_for_update(skip_locked=True)[:BATCH]
        )
        ConnectedAccount.objects.filter(pk__in=[row.pk for row in rows]).update(
            refresh_at=lease_until
        )
    return [
        Asked(
            row_id=row.pk, partner_id=row.partner_id, user_id=row.user_id,
            account_id=row.account_id, at=at, lease_until=lease_until,
            platforms=_platforms(row.partner_id, run, at),
        )
        for row in rows
    ]  # fmt: skip


def _platforms(partner_id: UUID, run: _Run, at: datetime) -> list[tuple[str, Transferrer]]:
    """The partner's own Stripe accounts, by number; none whose key is known to be broken."""
    if partner_id not in run.platforms:
        of_partner = (
            Shortcode.objects.of_stripe()
            .filter(partner_id=partner_id, is_active=True)
            .exclude(pk__in=queries.shortcodes_not_to_ask())
            .order_by("number")
        )
        opened = [(each.number, _opened(each, at)) for each in of_partner]
        run.platforms[partner_id] = [(number, each) for number, each in opened if each]
    return run.platforms[partner_id]


def _opened(account: Shortcode, at: datetime) -> Transferrer | None:
    try:
        return registry.transferrer(RAIL, account.platform_access())
    except CannotOpen as error:
        tell_closed(account, error, at=at)
        return None


def _moments(count: int) -> list[float]:
    """When each call of a batch may leave, by clock.stopwatch_s()."""
    start_s = clock.stopwatch_s()
    return [start_s + position * GAP_S for position in range(count)]


def _ask(asked: Asked, ready_s: float) -> Told:
    """One question, to each Stripe account of the partner until one knows the account."""
    told = Told(asked=asked)
    clock.wait(seconds=ready_s - clock.stopwatch_s())
    for number, transferrer in asked.platforms:
        try:
            standing = transferrer.account(asked.account_id).standing
        except GatewayError as error:
            told = Told(asked=asked, error=error, platform=number)
            if not (isinstance(error, Declined) and error.code in OUT_OF_REACH):
                return told
        else:
            return Told(asked=asked, standing=standing, platform=number)
    return told


def _record(told: Sequence[Told], run: _Run) -> int:
    answered = 0
    for each in told:
        at = clock.database_now()
        if record_standing.record(each, at=at):
            answered += 1
            wake(partner_id=each.asked.partner_id, user_id=each.asked.user_id, at=at)
        else:
            count = TROUBLES_MAX if each.is_ours else 1
            partner_id = each.asked.partner_id
            run.troubles[partner_id] = run.troubles.get(partner_id, 0) + count
    return answered


def _hint_the_rest(of: dict[str, Any], run: _Run) -> None:
    due = accounts.to_refresh(at=clock.database_now()).filter(**of)
    if due.exclude(partner_id__in=run.given_up).exists():
        jobs.after_commit(JOB)
