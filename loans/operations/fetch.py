"""Fetch: track what is newly approved, and take over what Mifos X says otherwise by now."""

import logging
from datetime import datetime
from uuid import UUID

from django.db import InterfaceError, OperationalError, transaction

from core import states
from core.refusals import Refused
from gateways.errors import GatewayError
from gateways.interface.loans import LoanState
from loans.models import LoanSyncRun, LoanTracking
from loans.operations import counting
from loans.operations.listing import STEP
from loans.operations.noticing import UNEXPECTED, Noticed, Noticing
from loans.operations.reach_mifos import Line
from loans.operations.record_booking import undone
from loans.operations.rejudge import rejudge
from loans.operations.sorting import Todo
from loans.operations.track import track
from loans.rules.holds import HOLDS, UNDONE_AFTER_PAID
from loans.states import BookingStatus, LoanStatus

logger = logging.getLogger(__name__)


def fetch(line: Line, run: LoanSyncRun, *, at: datetime) -> bool:
    """Bring what is tracked up to what the partner's Mifos X says; pays nothing.

    Whether the list was read to the end, and there was time for each of its loans.

    Counts into `run` (not saved). Each loan is a transaction of its own, and one that cannot be
    taken in is told and stops no other. Raises AccessRefused, Unreachable, Unclear, NotNow.
    """
    noticing = Noticing(line, run, at=at)
    for noticed in noticing:
        try:
            _take_in(noticing, noticed, at)
        except (GatewayError, Refused, OperationalError, InterfaceError):
            raise
        except Exception:
            logger.exception("Loan %s could not be taken in", noticed.loan.loan_id)
            counting.trouble(
                run, step=STEP, loan_id=noticed.loan.loan_id, code="unexpected",
                text=UNEXPECTED,
            )  # fmt: skip
    return noticing.complete


def _take_in(noticing: Noticing, noticed: Noticed, at: datetime) -> None:
    if noticed.todo == Todo.TRACK:
        _track(noticing.run, noticed, at)
    elif noticed.todo == Todo.PERHAPS_UNDONE:
        _perhaps_undone(noticing, noticed, at)
    else:
        _look_again(noticing.run, noticed, at)


def _track(run: LoanSyncRun, noticed: Noticed, at: datetime) -> None:
    if noticed.looked.facts is None or noticed.product is None:
        return
    loan = track(noticed.loan, noticed.looked.facts, noticed.looked.client, noticed.product, at=at)
    run.fresh += 1
    if loan.held_code:
        counting.held(run, loan.held_code)


def _look_again(run: LoanSyncRun, noticed: Noticed, at: datetime) -> None:
    before = noticed.loan
    loan = rejudge(tracking_id=before.pk, looked=noticed.looked, product=noticed.product, at=at)
    if loan.held_code and loan.held_code != before.held_code:
        counting.held(run, loan.held_code)
    else:
        counting.skip(run, "already_known")


def _perhaps_undone(noticing: Noticing, noticed: Noticed, at: datetime) -> None:
    """Booked, and approved again: unless our disbursal still stands there, it was undone."""
    facts, booking, run = noticed.looked.facts, noticed.booking, noticing.run
    if booking is None or facts is None or facts.state != LoanState.APPROVED:
        counting.skip(run, "already_known")
        return
    with noticing.line.about(noticed.loan.pk):
        found = noticing.patiently(
            noticed.loan,
            lambda: noticing.line.book.disbursals(
                noticed.loan.loan_id, external_id=booking.external_id
            ),
        )
    if found is None:
        return
    if any(each.external_id == booking.external_id and not each.reversed for each in found):
        counting.trouble(
            run, step=STEP, loan_id=noticed.loan.loan_id, code="contradiction",
            text="Mifos X says that the loan waits for disbursal, and shows our disbursal of it: "
            "look at it there",
        )  # fmt: skip
        return
    if _undo(noticed.loan, booking.pk, at):
        counting.held(run, UNDONE_AFTER_PAID)


def _undo(noticed: LoanTracking, booking_id: UUID, at: datetime) -> bool:
    """Its booking is undone, and nothing is paid again; whether the loan is held for it now."""
    with transaction.atomic():
        loan = LoanTracking.objects.select_for_update().get(pk=noticed.pk)
        loan.mifos_status, loan.seen_at = LoanState.APPROVED, at
        loan.save(update_fields=["mifos_status", "seen_at"])
        booking = undone(booking_id=booking_id, at=at)
        if booking.status != BookingStatus.UNDONE or loan.status != LoanStatus.DISBURSED:
            return False
        text = HOLDS[UNDONE_AFTER_PAID].text
        states.advance(
            loan, to=LoanStatus.HELD, at=at, because=text, held_code=UNDONE_AFTER_PAID,
            held_text=text, released_at=None,
        )  # fmt: skip
    return True
