"""The latest run of each job: when it began and ended, what it did, why it failed.

A note is worth less than the job: where it cannot be written, the job goes on.
"""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import Error, transaction

from core.masking import for_log
from core.models import JobRun

logger = logging.getLogger(__name__)

ERROR_LENGTH_MAX = 500


def note_listed(names: Iterable[str], *, at: datetime) -> None:
    """Since when each is to run: one that never does is told of too."""
    known = set(JobRun.objects.exclude(listed_at=None).values_list("name", flat=True))
    for name in names:
        if name not in known:
            with _never_in_the_way(name):
                _write(name, listed_at=at)


def note_start(name: str, *, at: datetime) -> None:
    """It begins; what is known of the run before stays until this one ends."""
    with _never_in_the_way(name):
        _write(name, started_at=at)


def note_success(name: str, *, started_at: datetime, did: int, at: datetime) -> None:
    """It came to its end and did so much."""
    with _never_in_the_way(name):
        _write(
            name, started_at=started_at, ended_at=at, succeeded_at=at, did=max(0, did), error=""
        )


def note_failure(name: str, *, started_at: datetime, error: Exception, at: datetime) -> None:
    """It broke off; the latest good run stays on record."""
    text = for_log(f"{type(error).__name__}: {error}")[:ERROR_LENGTH_MAX]
    with _never_in_the_way(name):
        _write(name, started_at=started_at, ended_at=at, error=text)


def _write(name: str, **values: Any) -> None:
    if not JobRun.objects.filter(name=name).update(**values):
        JobRun.objects.bulk_create(
            [JobRun(name=name, **values)],
            update_conflicts=True,
            unique_fields=["name"],
            update_fields=list(values),
        )


@contextmanager
def _never_in_the_way(name: str) -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
    except Error:
        logger.warning("The run of %s could not be noted", name)
