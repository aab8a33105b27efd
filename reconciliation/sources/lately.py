"""What changed since a moment, by the trail, and what nobody looks at otherwise."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import TypeVar

from django.db.models import CharField, Exists, F, Model, OuterRef, QuerySet
from django.db.models.functions import Cast

from core import clock
from core.models import Step
from reconciliation.models import Finding, ReconciliationRun
from reconciliation.sources.source import BATCH_MAX
from reconciliation.states import FindingStatus

CHECKED_LATELY = timedelta(hours=1)
CHUNK = 2_000
Row = TypeVar("Row", bound=Model)


def changed_since(types: Collection[str], moment: datetime) -> Iterator[list[str]]:
    """The ids of rows of these types with a step since then, each once, in batches."""
    steps = Step.objects.filter(subject_type__in=types, at__gte=moment).order_by()
    ids = steps.values_list("subject_id", flat=True).distinct()
    rest = iter(ids.iterator(chunk_size=CHUNK))
    while batch := list(islice(rest, BATCH_MAX)):
        yield batch


def not_looked_at(rows: QuerySet[Row], *, kind: str, at: datetime) -> QuerySet[Row]:
    """Those of the rows that were not checked lately, and of which nothing is found.

    What is found is looked at again as such (operations/periodic.py), and takes nobody's place.
    """
    named = Cast(OuterRef("pk"), CharField())
    found = Finding.objects.filter(subject_kind=kind, subject_id=named, status=FindingStatus.OPEN)
    return rows.filter(~checked_lately(kind=kind, named=named, at=at), ~Exists(found))


def checked_lately(*, kind: str | F, named: Cast | F, at: datetime) -> Exists:
    """Whether the subject of this kind and id was checked within CHECKED_LATELY."""
    since = at - clock.scaled(CHECKED_LATELY)
    return Exists(
        ReconciliationRun.objects.filter(subject_kind=kind, subject_id=named, started_at__gt=since)
    )
