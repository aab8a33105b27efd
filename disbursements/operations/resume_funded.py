"""Resume what an empty wallet stopped, once the wallet holds enough for all of it."""

from uuid import UUID

from django.db.models import Sum

from core import clock, money, states
from disbursements import queries
from disbursements.models import Pause, PauseScope
from disbursements.operations.pause import causes_held_by, resume
from disbursements.rules import causes
from vault.models import BalanceReading
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
    reading = (
        BalanceReading.objects.filter(
            wallet__shortcode_id=UUID(pause.target),
            wallet__name=wallets.UTILITY,
            read_at__gt=pause.started_at,
        )
        .order_by("-read_at")
        .first()
    )
    waiting = (
        queries.releasable()
        .filter(parked_cause=pause.cause)
        .aggregate(total=Sum("amount_minor"))["total"]
    )
    if reading is None or not waiting or reading.available_minor < waiting:
        return 0
    if causes_held_by(pause) != [pause.cause]:
        return 0
    shown = money.shown(reading.available_minor, reading.wallet.currency)
    return resume(
        pause_id=pause.pk, reason=f"the float is back: {shown}", actor=states.SYSTEM,
        at=clock.database_now(),
    ).released  # fmt: skip
