"""Whether the story should be over by now, told by somebody else than us."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from core import clock
from reconciliation.rules import standings
from reconciliation.rules.sides import Difference, Record, Standing

NOBODY, THE_PROVIDER = "nobody", "the provider"
JUST_AFTER = timedelta(seconds=1)
MOMENT = "%-d %b %Y, %H:%M EAT"


def differences(record: Record, *, at: datetime) -> Iterator[Difference]:
    """late: under way, or paid by our word alone, past the moment when it should have ended."""
    if not is_late(record, at=at) or record.settled_by is None:
        return
    by = f"{record.settled_by.astimezone(clock.NAIROBI):{MOMENT}}"
    if record.row.standing == Standing.OPEN:
        yield _unfinished(record, by)
    elif not standings.is_denied_what_we_paid(record):
        yield _unconfirmed(record, by)


def is_late(record: Record, *, at: datetime) -> bool:
    """Whether it should not be under way any more, nor paid by our word alone."""
    waits = record.row.standing == Standing.OPEN or standings.is_paid_by_our_word_alone(record)
    return waits and record.settled_by is not None and at > record.settled_by


def again_at(record: Record, *, at: datetime) -> datetime | None:
    """When to look again of what our row holds for over, and that will be late if nobody tells;
    None: it is late already, or something else asks for that check."""
    by = record.settled_by
    return by + JUST_AFTER if record.row.is_final and by is not None and at <= by else None


def _unfinished(record: Record, by: str) -> Difference:
    told = record.others[-1].name if record.others else NOBODY
    return Difference(
        kind="late",
        text=f"It should have ended by {by} and is still under way",
        here={"status": "under way", "should have ended": by},
        there={"last heard of by": told},
        there_name=told,
        stake_minor=record.row.amount_minor,
        currency=record.row.currency,
    )


def _unconfirmed(record: Record, by: str) -> Difference:
    """Whoever says so too is not known to be the provider."""
    receipt = record.row.receipt or "none"
    hearsay = next((each for each in record.others if each.standing in standings.PAID), None)
    there = {"status": standings.WORDS[hearsay.standing if hearsay else Standing.SILENT]}
    return Difference(
        kind="late",
        about="unconfirmed",
        text=f"We say that it was paid, receipt {receipt}, and by {by} "
        f"{f'only {hearsay.name}' if hearsay else 'nobody else'} had said so: look for it on the "
        "provider's statement",
        here={"status": standings.WORDS[record.row.standing], "receipt": receipt},
        there=there | (hearsay.sender if hearsay else {}),
        there_name=hearsay.name if hearsay else THE_PROVIDER,
        stake_minor=record.row.amount_minor,
        currency=record.row.currency,
    )
