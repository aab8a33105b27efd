"""Payouts of loans that leave later than the look that they were made on: looked at again."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from core import states
from disbursements.models import DisbursementRequest
from disbursements.operations import on_behalf
from disbursements.operations.clear import CLEARABLE, clear
from loans.models import LoanSyncRun, LoanTracking
from loans.operations import counting
from loans.operations.process import CLEARED, NO_TIME_LEFT, NOT_DUE_YET, SWITCHED_OFF
from loans.operations.reach_mifos import Line
from loans.operations.recheck import hold_back, judge
from loans.operations.sorting import why_not_product
from loans.operations.stretch import Stretch
from loans.queries import due, payouts, pending
from loans.rules import holds
from loans.rules.holds import HOLDS, Verdict
from loans.states import LoanStatus

STEP = "clear"
ON_ITS_WAY = (LoanStatus.PROCESSING, LoanStatus.FAILED)
IN_DOUBT = "in_doubt"


def clear_payouts(line: Line, run: LoanSyncRun, *, at: datetime) -> None:
    """Clear or stop what is due of this partner's loans and waits for a look.

    Counts into `run` (not saved). Raises as `process` does.
    """
    stretch = Stretch(run=run, step=STEP, at=at)
    waiting = payouts.to_clear(partner_id=line.connection.partner_id, at=at)
    for position, payout in enumerate(waiting):
        if stretch.is_over:
            counting.skip(run, NO_TIME_LEFT, len(waiting) - position)
            return
        loan_id, cycle = payouts.cycle_of(payout)
        loan = LoanTracking.objects.get(pk=loan_id)
        with stretch.apart(loan.loan_id):
            if not _goes_on(loan, cycle):
                _stop(loan_id, payout.pk, Verdict(), stretch)
            elif not _is_of_these_facts(payout, loan):
                _stop(loan_id, payout.pk, Verdict(hold_code=holds.PAYOUT_STOPPED), stretch)
            elif not line.pays():
                counting.skip(run, SWITCHED_OFF)
            else:
                _look_at(line, loan, payout, stretch)


def _goes_on(loan: LoanTracking, cycle: int) -> bool:
    return loan.status in ON_ITS_WAY and loan.cycle == cycle


def _is_of_these_facts(payout: DisbursementRequest, loan: LoanTracking) -> bool:
    """Whether it pays what the look is compared with."""
    paid = (payout.msisdn, payout.amount_minor, payout.currency)
    return paid == (loan.msisdn, loan.net_minor, loan.currency)


def _look_at(
    line: Line, loan: LoanTracking, payout: DisbursementRequest, stretch: Stretch
) -> None:
    products = due.products(loan.partner_id)
    if why := why_not_product(loan.product_id, products):
        counting.skip(stretch.run, why)
        return
    began = stretch.now
    looked = stretch.look(line, loan)
    if looked is None:
        return
    verdict = judge(loan, looked, products[loan.product_id])
    if verdict.hold_code:
        _stop(loan.pk, payout.pk, verdict, stretch)
    elif looked.facts and not pending.has_come(looked.facts.expected_on, at=began):
        counting.skip(stretch.run, NOT_DUE_YET)
    else:
        _clear(line, loan, payout, stretch, at=began)


def _clear(
    line: Line, seen: LoanTracking, payout: DisbursementRequest, stretch: Stretch, *, at: datetime
) -> None:
    """Unless somebody held the loan or switched it off while it was looked at, since `at`."""
    with transaction.atomic():
        loan = LoanTracking.objects.select_for_update().get(pk=seen.pk)
        if not _goes_on(loan, seen.cycle) or not line.pays(until_commit=True):
            return
        if why_not_product(loan.product_id, due.products(loan.partner_id, until_commit=True)):
            return
        if payouts.may_have_paid(loan, but=payout) is not None:
            counting.skip(stretch.run, IN_DOUBT)
            return
        clear(payout_ids=[payout.pk], until=at + CLEARED, at=at)


def _stop(loan_id: UUID, payout_id: UUID, verdict: Verdict, stretch: Stretch) -> None:
    """See to it that it does not leave, and hold a loan that was on its way; never half of it."""
    at = stretch.now
    with transaction.atomic():
        loan = LoanTracking.objects.select_for_update().get(pk=loan_id)
        payout = DisbursementRequest.objects.select_for_update().get(pk=payout_id)
        if payout.status not in CLEARABLE:
            return
        because = HOLDS[verdict.hold_code or loan.held_code or holds.PAYOUT_STOPPED].text
        if verdict.hold_code and loan.status in ON_ITS_WAY:
            hold_back(loan, verdict, at=at)
            counting.held(stretch.run, loan.held_code)
        try:
            on_behalf.stop(payout, reason=because, actor=states.SYSTEM, at=at)
        except on_behalf.CannotBeDone as error:
            counting.trouble(
                stretch.run, step=STEP, loan_id=loan.loan_id, code=payout.status, text=str(error)
            )
