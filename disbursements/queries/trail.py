"""The trail of several rows, as events of a timeline with more than one side."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from django.db.models import Model, Q

from core.admin import shown
from core.admin.record import Event
from core.models import Step
from disbursements.queries.timeline import ROWS_MAX


def steps(
    rows: Sequence[Model],
    *,
    sources: Mapping[str, str],
    tones: Mapping[str, Mapping[str, str]],
    order: Callable[[Step], int],
    title: Callable[[Step], str] | None = None,
) -> Iterator[Event]:
    """Moves and notes about these rows, at most ROWS_MAX.

    `sources` and `tones` (of each status) are by the name of the row's class; `title` says a move
    where it is not said as `Payment allocated (was unallocated)`.
    """
    about = Q(pk__in=[])
    for row in rows:
        about |= Q(subject_type=type(row).__name__, subject_id=str(row.pk))
    for step in Step.objects.filter(about).order_by("id")[:ROWS_MAX]:
        moved = step.from_status != step.to_status
        source = sources[step.subject_type]
        said = title(step) if title else move(step, source=source)
        tone = tones[step.subject_type].get(step.to_status, shown.MUTE)
        yield Event(
            at=step.at,
            source=source,
            title=said if moved else step.because,
            text=step.because if moved else "",
            actor=step.actor,
            tone=tone if moved else shown.MUTE,
            order=order(step),
        )


def move(step: Step, *, source: str) -> str:
    """`Booking refused (was sending)`."""
    was = f" (was {in_words(step.from_status)})" if step.from_status else ""
    return f"{source} {in_words(step.to_status)}{was}"


def in_words(status: str) -> str:
    """A status without its underscores."""
    return status.replace("_", " ")


def of_side(side: str, events: Iterable[Event]) -> Iterator[Event]:
    """The same events, each source behind the name of its side: `In: call out`."""
    for event in events:
        yield replace(event, source=f"{side}: {event.source.lower()}")
