"""Resume what an empty wallet stopped, once the wallet holds enough for all of it."""

from uuid import UUID

from django.db.models import Sum

from core import clock, money, states
from disbursements import queries
from disbursements.models import Pause, PauseScope
from disbursements.operations.pause import causes_held_by, resume
from disbursements.rules import causes
from vault.models import BalanceReading, Wallet
from vault.rules import wallets


def resume_funded() -> int:
    """End pauses whose wallet was read full enough since; returns how many payouts follow.

    Where another fault of the shortcode holds payouts too, a person resumes.
    """
    released = 0
    for pause in queries.active_pauses().filter(scope=PauseScope.SHORTCODE):
        if causes.waits_for_float(pause.cause):
            released += _resume_if_funded(pause)
    return released


def _resume_if_funded(pause: Pause) -> int:
    """Only when each currency that payouts wait in has enough: the pause is of all of them."""
    parked = queries.releasable().filter(parked_cause=pause.cause)
    waiting = parked.values_list("currency").annotate(total=Sum("amount_minor")).order_by()
    shown = []
    for currency, waiting_minor in waiting:
        reading = _reading_since(pause, currency)
        if reading is None or reading.available_minor < waiting_minor:
            return 0
        shown.append(money.shown(reading.available_minor, currency))
    if not shown or causes_held_by(pause) != [pause.cause]:
        return 0
    return resume(
        pause_id=pause.pk, reason=f"the float is back: {', '.join(sorted(shown))}",
        actor=states.SYSTEM, at=clock.database_now(),
    ).released  # fmt: skip


def _reading_since(pause: Pause, currency: str) -> BalanceReading | None:
    """The newest reading, after the pause began, of what payouts in this currency leave from."""
    held_in = Wallet.objects.filter(
        shortcode_id=UUID(pause.target), currency=currency,
        name__in=(wallets.UTILITY, wallets.AVAILABLE),
    )  # fmt: skip
    readings = BalanceReading.objects.filter(wallet__in=held_in, read_at__gt=pause.started_at)
    return readings.order_by("-read_at").first()
