"""Ask the provider anew where the sides disagree or are silent, and look again after that.

No subject is asked for more often than every ASKED_EVERY, however often it is checked.
"""

import logging
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from core import clock, states
from reconciliation.models import ReconciliationRun
from reconciliation.operations.put_back import Again
from reconciliation.operations.request_check import priority_of
from reconciliation.sources.registry import SOURCES

logger = logging.getLogger(__name__)

Subject = tuple[str, str]
ASKED_EVERY = timedelta(minutes=10)
LOOK_AGAIN_AFTER = timedelta(minutes=1)
# Of what is merely under way, when many are checked at once: payouts share the provider's pace.
WISHED_EACH_MINUTE = 120
MINUTE = timedelta(minutes=1)
TRIGGER = "status_query"


def ask_again(
    subjects: Collection[Subject], *, wished: Sequence[Subject] = (), at: datetime
) -> set[Subject]:
    """Bring the question about each forward, outside of a transaction; which will be asked.

    Of the `wished`, which are merely under way, as many as there is room for in this minute. A
    source that cannot ask disturbs no check: it is as if nothing had been asked.
    """
    lately = _asked_lately([*subjects, *wished], at=at)
    chosen = [each for each in subjects if each not in lately]
    later = [each for each in wished if each not in lately]
    if later:
        chosen += later[: _room_for_wishes(at)]
    ids_of: dict[str, list[str]] = {}
    for kind, subject_id in chosen:
        ids_of.setdefault(kind, []).append(subject_id)
    return {
        (kind, subject_id) for kind, ids in ids_of.items() for subject_id in _ask(kind, ids, at)
    }


def after_the_answer(subject: Subject, *, partner_id: UUID | None, at: datetime) -> Again:
    """The check of one that was asked about, once the answer may be there."""
    due_at = at + clock.scaled(LOOK_AGAIN_AFTER)
    return look_again(subject, partner_id=partner_id, trigger=TRIGGER, due_at=due_at, at=at)


def look_again(
    subject: Subject, *, partner_id: UUID | None, trigger: str, due_at: datetime, at: datetime
) -> Again:
    """The check of one that is looked at again by itself."""
    kind, subject_id = subject
    return Again(
        subject_kind=kind, subject_id=subject_id, partner_id=partner_id, trigger=trigger,
        priority=priority_of(trigger), actor=states.SYSTEM, fresh=False, requested_at=at,
        due_at=due_at,
    )  # fmt: skip


def _room_for_wishes(at: datetime) -> int:
    asked = ReconciliationRun.objects.filter(started_at__gt=at - clock.scaled(MINUTE), asked=True)
    return max(0, WISHED_EACH_MINUTE - asked.count())


def _ask(kind: str, ids: list[str], at: datetime) -> set[str]:
    try:
        with transaction.atomic():
            return SOURCES[kind].ask_afresh(ids, at=at)
    except Exception:
        logger.exception("%s of kind %s could not be asked for", len(ids), kind)
        return set()


def _asked_lately(subjects: Collection[Subject], *, at: datetime) -> set[Subject]:
    runs = ReconciliationRun.objects.filter(
        subject_id__in=[subject_id for _, subject_id in subjects],
        started_at__gt=at - clock.scaled(ASKED_EVERY),
        asked=True,
    )
    return set(runs.order_by().values_list("subject_kind", "subject_id"))
