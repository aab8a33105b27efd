"""What does not wait for the next sync: follow payouts, clear them, book what was paid."""

import logging
from datetime import datetime
from uuid import UUID

from core import clock
from core.refusals import Refused
from core.states import SYSTEM
from loans.models import LoanSyncRun, MifosConnection
from loans.operations.booking_alerts import tell_late
from loans.operations.follow import follow
from loans.operations.reach_mifos import lasts_until_s, open_line
from loans.operations.sync import BOOK, PROCESS, Work, book_part, clear_part
from loans.operations.sync_partners import each
from loans.queries import bookings, due, payouts

logger = logging.getLogger(__name__)

DO = {PROCESS: [clear_part], BOOK: [book_part]}
COUNTS = ("instructed", "paid", "failed", "booked", "not_booked")


def keep_up(*, at: datetime) -> int:
    """Follow all payouts, then clear and book for partners with something due; how much it did.

    A run is kept only where something came of it. Raises the first unexpected error, at the end.
    """
    ends_s = lasts_until_s()
    moved = follow(at=at)
    partners = {*payouts.partners_to_clear(at=at), *bookings.partners_due(at=at)}
    answers = each(due.reachable(partners, at=at), lambda partner_id: _one(partner_id, at, ends_s))
    tell_late(at=at)
    for answer in answers:
        if isinstance(answer, Exception):
            raise answer
    return moved + sum(answer for answer in answers if isinstance(answer, int))


def _one(partner_id: UUID, at: datetime, ends_s: float) -> int | Exception:
    connection = MifosConnection.objects.get(partner=partner_id)
    steps = (PROCESS, BOOK) if connection.pays else (BOOK,)
    run = LoanSyncRun(
        partner_id=partner_id, steps=list(steps), trigger="schedule", actor=SYSTEM, started_at=at
    )
    try:
        with open_line(connection, run=run, at=at, ends_s=ends_s) as line:
            work = Work(line, run, do=DO)
            work.do(steps)
            return _kept(run) if work.unexpected is None else work.unexpected
    except Refused:  # a sync is under way, or the server is left alone: soon again
        return 0
    except Exception as error:
        logger.exception("Loans of partner %s were not kept up", partner_id)
        return error


def _kept(run: LoanSyncRun) -> int:
    done = sum(getattr(run, name) for name in COUNTS) + sum(run.held.values())
    if done or run.errors:
        run.ended_at = clock.now()
        run.save(force_insert=True)
    return done
