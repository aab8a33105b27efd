"""What Mifos X said last of a booked loan, by the kept calls; where those are cut, nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from core import money
from gateways import kept_answers
from gateways.interface import PAID_OUT_LOAN_STATES, FoundDisbursal
from gateways.kept_answers import LoanSaid
from gateways.models import Call
from loans.models import LoanBooking
from loans.rules.disbursals_seen import Sight, see
from reconciliation.models import FindingKind
from reconciliation.rules.sides import Difference, Standing
from reconciliation.sources.loan_rows import Lent

MIFOS = "Mifos X"
READS = ("associations=transactions", "associations=multiDisburseDetails", "command=disburse")


@dataclass(frozen=True, kw_only=True)
class LastWord:
    """`said` None: it was read or booked, but the kept answer is cut or says nothing clear."""

    said: LoanSaid | None
    at: datetime


def last_word(loan: Lent, booking: LoanBooking) -> LastWord | None:
    """The latest that it said since there was something to book; None: nothing since."""
    for call in reversed(loan.calls):
        if call.started_at >= booking.created_at and _is_about_loan(call):
            said = kept_answers.loan_said(call, loan_id=loan.row.loan_id)
            return LastWord(said=said, at=call.started_at)
    return None


def standing(booking: LoanBooking, word: LastWord | None) -> Standing:
    """Whether it shows our disbursal. What it once booked stands until it says otherwise."""
    if word is None or word.said is None:
        return Standing.PAID
    if word.said.disbursals is not None:
        return Standing.PAID if _ours(booking, word.said) else Standing.UNKNOWN_THERE
    shows = word.said.state is None or word.said.state in PAID_OUT_LOAN_STATES
    return Standing.PAID if shows else Standing.UNKNOWN_THERE


def differences(loan: Lent, booking: LoanBooking, word: LastWord | None) -> Iterator[Difference]:
    """Of our disbursal as it shows it: how often, the gross amount, the receipt, the day."""
    found = _ours(booking, word.said) if word and word.said else None
    if word is None or word.said is None or found is None:
        return
    for each in word.said.disbursals or ():
        if each.transaction_id != found.transaction_id and _sight(booking, [each]) == Sight.OURS:
            yield _booked_twice(booking, found, each)
    if found.amount_minor not in (None, booking.gross_minor):
        yield _gross(booking, found.amount_minor or 0)
    if found.receipt and _plain(found.receipt) not in _plain(booking.receipt):
        yield _otherwise(booking, "receipt", booking.receipt, found.receipt)
    day = _day_of(loan, booking)
    if found.on and found.on != day:
        yield _otherwise(booking, "day", f"{day:%Y-%m-%d}", f"{found.on:%Y-%m-%d}")


def _is_about_loan(call: Call) -> bool:
    return any(part in call.url for part in READS)


def _ours(booking: LoanBooking, said: LoanSaid) -> FoundDisbursal | None:
    disbursals = said.disbursals or ()
    seen = see(disbursals, external_id=booking.external_id, receipt=booking.receipt)
    if seen.sight != Sight.OURS:
        return None
    return next(each for each in disbursals if each.transaction_id == seen.transaction_id)


def _sight(booking: LoanBooking, disbursals: Sequence[FoundDisbursal]) -> Sight:
    return see(disbursals, external_id=booking.external_id, receipt=booking.receipt).sight


def _booked_twice(
    booking: LoanBooking, first: FoundDisbursal, second: FoundDisbursal
) -> Difference:
    here, there = f"transaction {first.transaction_id}", f"transaction {second.transaction_id}"
    return Difference(
        kind=FindingKind.DUPLICATE,
        about=there,
        text=f"{MIFOS} shows {booking.receipt} disbursed by {here}, and again by {there}",
        here={"disbursal": here, "receipt": booking.receipt},
        there={"disbursal": there, "receipt": second.receipt},
        there_name=MIFOS,
        stake_minor=second.amount_minor or booking.gross_minor,
        currency=booking.currency,
    )


def _day_of(loan: Lent, booking: LoanBooking) -> date:
    """As it was sent; of one that somebody booked there by hand, the day of the payment."""
    sent = (booking.body or {}).get("actualDisbursementDate")
    if isinstance(sent, str):
        return date.fromisoformat(sent)
    return booking.paid_at.astimezone(ZoneInfo(loan.time_zone)).date()


def _gross(booking: LoanBooking, found_minor: int) -> Difference:
    here = money.shown(booking.gross_minor, booking.currency)
    there = money.shown(found_minor, booking.currency)
    return Difference(
        kind=FindingKind.AMOUNT_MISMATCH,
        about="gross",
        text=f"To be booked was {here}; {MIFOS} shows {there} disbursed",
        here={"gross": here},
        there={"gross": there},
        there_name=MIFOS,
        stake_minor=abs(found_minor - booking.gross_minor),
        currency=booking.currency,
        is_loss=found_minor < booking.gross_minor,
    )


def _otherwise(booking: LoanBooking, what: str, here: str, there: str) -> Difference:
    return Difference(
        kind=FindingKind.STATUS_MISMATCH,
        about=what,
        text=f"Booked with the {what} {here}; {MIFOS} shows {there}",
        here={what: here},
        there={what: there},
        there_name=MIFOS,
        currency=booking.currency,
    )


def _plain(receipt: str) -> str:
    return receipt.strip().upper()
