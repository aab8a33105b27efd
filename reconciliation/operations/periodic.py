"""Every so often: have checked what is stuck, and look again at what differs: what cures a
difference, such as a twin that failed or a booking in the ledger, may leave no step of its own."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice, zip_longest

from django.conf import settings
from django.db import transaction
from django.db.models import OuterRef

from core import jobs, states
from reconciliation.models import Finding
from reconciliation.operations.request_check import JOB, Asked, request
from reconciliation.sources.lately import checked_lately
from reconciliation.sources.registry import SOURCES
from reconciliation.states import FindingStatus

TRIGGER = "periodic"


def check_stuck(*, at: datetime, limit: int | None = None) -> int:
    """Ask for checks of the longest stuck, fairly of each kind, at most RECONCILE_STUCK_MAX.

    As many more that differ, and that nobody checked for an hour, are looked at again.
    """
    most = settings.RECONCILE_STUCK_MAX if limit is None else limit
    return ask_for_stuck(trigger=TRIGGER, actor=states.SYSTEM, at=at, limit=most)


def ask_for_stuck(*, trigger: str, actor: str, at: datetime, limit: int) -> int:
    """The same for somebody who asks for it; how many checks were asked for."""
    of_each = [
        [(kind, subject_id, None) for subject_id in source.stuck(at=at, limit=limit)]
        for kind, source in SOURCES.items()
    ]
    subjects = list(dict.fromkeys(islice(_in_turn(of_each), limit)))
    subjects += [each for each in _differing(at, limit) if each not in subjects]
    with transaction.atomic():
        asked = request(subjects=subjects, trigger=trigger, actor=actor, at=at, fresh=True)
        jobs.after_commit(JOB)
    return asked


def _in_turn(of_each: Sequence[Sequence[Asked]]) -> Iterator[Asked]:
    """The first of each kind, then the second of each …"""
    for row in zip_longest(*of_each):
        yield from (each for each in row if each is not None)


def _differing(at: datetime, limit: int) -> list[Asked]:
    """Those that were seen the longest ago; what could not be checked is among them."""
    lately = checked_lately(kind=OuterRef("subject_kind"), named=OuterRef("subject_id"), at=at)
    rows = Finding.objects.filter(~lately, status=FindingStatus.OPEN)
    columns = ("subject_kind", "subject_id", "partner_id")
    found = rows.order_by("seen_at", "id").values_list(*columns)[:limit]
    return list(dict.fromkeys(found))
