"""Pay pending loans: a last look at each, then its payout, once for each cycle."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from core import money, states
from core.refusals import Refused
from disbursements.operations.instruct import (
    BadInstruction,
    ConflictingReplay,
    Instructed,
    instruct,
)
from disbursements.operations.which_shortcode import NoShortcode
from disbursements.queries.of_origin import PAID
from disbursements.rules import intake
from disbursements.rules.intake import Instruction
from loans.models import LoanProductAutoDisbursalConfig, LoanSyncRun, LoanTracking
from loans.operations import counting
from loans.operations.reach_mifos import Line
from loans.operations.recheck import Looked, hold_back, judge
from loans.operations.sorting import why_not_product
from loans.operations.stretch import Stretch
from loans.queries import due, payouts, pending
from loans.queries.connections import also_tracked_by
from loans.rules import holds
from loans.rules.holds import Verdict
from loans.states import LoanStatus

STEP = "process"
CLEARED = timedelta(seconds=120)
SWITCHED_OFF, NO_TIME_LEFT, NOT_DUE_YET = "switched_off", "no_time_left", "not_due_yet"
PAID_BEFORE = "A payout of it was paid already ({}): only two persons may have it paid again."
IN_DOUBT = "An earlier payout of it may have been paid ({}): settle that one first."
STOPPED = Verdict(hold_code=holds.PAYOUT_STOPPED)
SHARED = "{} has the same loan of the same Mifos X: see which of the two connections is wrong."
TAKEN = "Its reference {} is another payout's: see that payout, then release the loan."


class _Held(Refused):
    """It is not paid as it stands, and is held for that; no message: the code says why."""

    def __init__(self, verdict: Verdict, message: str = "") -> None:
        super().__init__(message)
        self.verdict = verdict


def process(line: Line, run: LoanSyncRun, *, at: datetime) -> None:
    """Hand the partner's pending loans over to the payouts, oldest expected day first.

    Counts into `run` (not saved). A loan whose read fails is left for the next time; raises
    AccessRefused, Unreachable and what the line itself refuses at once, and Unclear where several
    reads in a row failed.
    """
    stretch = Stretch(run=run, step=STEP, at=at)
    products = due.products(line.connection.partner_id)
    waiting = _worth_a_look(
        list(pending.pending(line.connection.partner_id)), products, run, at=at
    )
    for position, loan in enumerate(waiting):
        left = len(waiting) - position
        if stretch.is_over:
            counting.skip(run, NO_TIME_LEFT, left)
            return
        if not line.pays():
            counting.skip(run, SWITCHED_OFF, left)
            return
        _one(line, loan, products[loan.product_id], stretch)


def _worth_a_look(
    loans: Sequence[LoanTracking],
    products: dict[int, LoanProductAutoDisbursalConfig],
    run: LoanSyncRun,
    *,
    at: datetime,
) -> list[LoanTracking]:
    """Those whose product is paid and whose day has come; the others are counted."""
    found = []
    for loan in loans:
        if why := why_not_product(loan.product_id, products):
            counting.skip(run, why)
        elif not pending.is_due(loan, at=at):
            counting.skip(run, NOT_DUE_YET)
        else:
            found.append(loan)
    return found


def _one(
    line: Line, loan: LoanTracking, product: LoanProductAutoDisbursalConfig, stretch: Stretch
) -> None:
    if not pending.fits_day(loan, product, at=stretch.now):
        counting.skip(stretch.run, "daily_limit")
        return
    began = stretch.now
    looked = stretch.look(line, loan)
    if looked is None:
        return
    try:
        with stretch.apart(loan.loan_id):
            _pay_or_hold(line, loan, looked, stretch, cleared_until=began + CLEARED)
    except NoShortcode as error:
        counting.trouble(
            stretch.run, step=STEP, loan_id=loan.loan_id, code="no_shortcode", text=str(error)
        )


def _pay_or_hold(
    line: Line,
    seen: LoanTracking,
    looked: Looked,
    stretch: Stretch,
    *,
    cleared_until: datetime,
) -> None:
    """One transaction: the payout and the loan's status, or the hold, or nothing."""
    run, at = stretch.run, stretch.now
    with transaction.atomic():
        loan = LoanTracking.objects.select_for_update().get(pk=seen.pk)
        if loan.status != LoanStatus.PENDING or loan.cycle != seen.cycle:
            return
        if not line.pays(until_commit=True):
            counting.skip(run, SWITCHED_OFF)
            return
        products = due.products(loan.partner_id, until_commit=True)
        if why := why_not_product(loan.product_id, products):
            counting.skip(run, why)
            return
        _keep_what_was_seen(loan, looked, at)
        try:
            _demand_payable(loan, judge(loan, looked, products[loan.product_id]))
            _demand_nobody_elses(loan, line)
            if not pending.is_due(loan, at=at):
                counting.skip(run, NOT_DUE_YET)
                return
            payout = _instruct(loan, line, run, at=at, cleared_until=cleared_until).disbursement
        except _Held as held:
            hold_back(loan, held.verdict, at=at, text=held.message)
            counting.held(run, loan.held_code)
            return
        states.advance(
            loan, to=LoanStatus.PROCESSING, at=at, actor=run.actor, disbursement=payout,
            because=f"handed to the payouts as {payout.client_reference}",
        )  # fmt: skip
        run.instructed += 1


def _demand_payable(loan: LoanTracking, verdict: Verdict) -> None:
    """By Mifos X, and by what was paid for it before (money_safety.md 1). Raises _Held."""
    if verdict.hold_code:
        raise _Held(verdict)
    other = payouts.may_have_paid(loan)
    if other is None:
        return
    if other.status in PAID:
        code, text = holds.UNDONE_AFTER_PAID, PAID_BEFORE
    else:
        code, text = holds.PAYOUT_STOPPED, IN_DOUBT
    raise _Held(Verdict(hold_code=code), text.format(other.client_reference))


def _demand_nobody_elses(loan: LoanTracking, line: Line) -> None:
    """Two partners with one server would both pay it: only persons know whose it is.

    Whoever comes second to this sees the other's row. Raises _Held.
    """
    other = also_tracked_by(loan, line.connection)
    if other is not None:
        raise _Held(STOPPED, SHARED.format(other))


def _keep_what_was_seen(loan: LoanTracking, looked: Looked, at: datetime) -> None:
    """Its state, and its day: one that was put off is not paid before it."""
    facts = looked.facts
    loan.mifos_status, loan.seen_at = (facts.state if facts else 0), at
    if facts is not None and facts.expected_on is not None:
        loan.expected_on = facts.expected_on
    loan.save(update_fields=["mifos_status", "seen_at", "expected_on"])


def _instruct(
    loan: LoanTracking, line: Line, run: LoanSyncRun, *, at: datetime, cleared_until: datetime
) -> Instructed:
    """The payout of this cycle. Raises _Held, NoShortcode."""
    shortcode = line.connection.shortcode
    instruction = Instruction(
        client_reference=loan.client_reference, msisdn=loan.msisdn, currency=loan.currency,
        amount=money.plain(loan.net_minor, loan.currency), remarks=f"Loan {loan.loan_id}",
        payee_name=loan.client_name[: intake.NAME_LENGTH_MAX].strip(),
    )  # fmt: skip
    try:
        done = instruct(
            partner_id=loan.partner_id, instruction=instruction, origin=payouts.ORIGIN,
            origin_id=loan.origin_id, actor=run.actor, at=at, cleared_until=cleared_until,
            shortcode_number=shortcode.number if shortcode else None,
        )  # fmt: skip
    except BadInstruction as error:
        raise _Held(STOPPED, f"The payouts do not take it: {error}") from None
    except ConflictingReplay:
        raise _Held(STOPPED, TAKEN.format(loan.client_reference)) from None
    if done.replayed:
        raise _Held(STOPPED, TAKEN.format(loan.client_reference))
    return done
