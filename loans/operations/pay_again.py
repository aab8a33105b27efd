"""Two persons agreed to pay a loan once more: a new cycle, by the facts as they are now."""

from dataclasses import dataclass
from datetime import datetime

from core import states
from core.refusals import Refused
from gateways.errors import GatewayError
from gateways.interface import LoanClient, LoanFacts, LoanState
from loans.models import LoanBooking, LoanTracking, MifosConnection
from loans.operations import record_booking
from loans.operations.accept import accept
from loans.operations.look_up_booking import again_at, look
from loans.operations.reach_mifos import Line, note_failure, open_line
from loans.rules.disbursals_seen import Seen, Sight
from loans.rules.holds import CAME_BACK, HOLDS
from loans.states import BookingStatus, LoanStatus

B = BookingStatus


class CannotPayAgain(Refused):
    """Mifos X cannot be asked, or the loan does not wait for disbursal there; nothing changed."""


class ChangedAgain(CannotPayAgain):
    """Mifos X says otherwise than what was shown; the new differences are on the loan."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The loan and its client as Mifos X has them now: approved, and with no living disbursal."""

    facts: LoanFacts
    client: LoanClient | None


def ask(loan: LoanTracking, booking: LoanBooking, *, at: datetime) -> Asked:
    """Read the loan. Outside of transactions. Raises CannotPayAgain, and Refused of the line."""
    connection = MifosConnection.objects.filter(partner_id=loan.partner_id).first()
    if connection is None:
        raise CannotPayAgain(f"{loan.partner} has no Mifos X connection any more")
    with open_line(connection, at=at, at_once=True) as line, line.about(loan.pk):
        try:
            facts, client, seen = _read(line, loan, booking)
        except GatewayError as error:
            note_failure(line, error, at)
            raise CannotPayAgain(f"Mifos X could not be asked, try again: {error}") from None
    if seen.sight in (Sight.OURS, Sight.EARLIER, Sight.ANOTHERS):
        raise CannotPayAgain(
            f"Mifos X still shows a disbursal ({seen.text}): have it undone there first"
        )
    if facts.state != LoanState.APPROVED:
        raise CannotPayAgain(
            f"its status in Mifos X is {facts.state}, and it must be approved (200) and wait for "
            "disbursal: have it approved there first"
        )
    return Asked(facts=facts, client=client)


def begin(
    loan: LoanTracking,
    booking: LoanBooking,
    asked: Asked,
    *,
    because: str,
    actor: str,
    at: datetime,
) -> None:
    """The next cycle. Inside a transaction, on locked rows; the old booking ends."""
    if loan.status == LoanStatus.DISBURSED:
        text = HOLDS[CAME_BACK].text
        states.advance(
            loan, to=LoanStatus.HELD, at=at, actor=actor, held_code=CAME_BACK, held_text=text,
            because=f"two persons say that the money came back: {because}",
        )  # fmt: skip
    if booking.status == B.BOOKED:
        record_booking.undone(booking_id=booking.pk, at=at)
        booking.refresh_from_db()
    if booking.status != B.GIVEN_UP:
        record_booking.given_up(
            booking, because=f"its loan is paid once more: {because}", actor=actor, at=at,
            look_again_at=again_at(B.GIVEN_UP, at),
        )  # fmt: skip
    accept(
        loan, facts=asked.facts, client=asked.client, new_cycle=True, actor=actor, at=at,
        because=f"to be paid once more, as cycle {loan.cycle + 1}: {because}",
    )  # fmt: skip


def _read(
    line: Line, loan: LoanTracking, booking: LoanBooking
) -> tuple[LoanFacts, LoanClient | None, Seen]:
    facts = line.book.loan(loan.loan_id)
    client = None if facts.client_id is None else line.book.client(facts.client_id)
    return facts, client, look(line, booking)
