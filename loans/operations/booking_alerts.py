"""What is told of paid loans that Mifos X does not know of."""

from datetime import datetime

from core import money
from core.alerts import close_alerts, raise_alert
from core.models import Alert, AlertSeverity
from core.states import SYSTEM
from loans.models import LoanBooking
from loans.queries import bookings
from loans.rules.booking_words import explain
from loans.rules.disbursals_seen import Sight

NOT_BOOKED_ALERT = "loan_not_booked"
LATE_ALERT = "loan_booking_late"


def tell_not_booked(
    booking: LoanBooking, *, at: datetime, severity: AlertSeverity = AlertSeverity.WARNING
) -> None:
    """Paid, not booked: open until it is booked or given up."""
    paid = money.shown(booking.gross_minor, booking.currency)
    said = explain(booking.code)
    raise_alert(
        kind=NOT_BOOKED_ALERT, key=str(booking.pk), severity=severity, at=at,
        text=f"Loan {booking.loan.loan_id} of {booking.loan.partner} ({paid}, receipt "
        f"{booking.receipt}) is paid, not booked. {said.what} {said.what_to_do}",
    )  # fmt: skip


def close_not_booked(booking: LoanBooking, *, at: datetime, actor: str = SYSTEM) -> None:
    """It is booked, given up, or on its way again."""
    close_alerts(kind=NOT_BOOKED_ALERT, key=str(booking.pk), at=at, actor=actor)


def tell_late(*, at: datetime) -> int:
    """One alert per partner while bookings are open for more than an hour; returns how many."""
    late = bookings.late(at=at)
    for partner_id, name, count in late:
        noun = "loan is" if count == 1 else "loans are"
        raise_alert(
            kind=LATE_ALERT, key=str(partner_id), at=at,
            text=f"{count} paid {noun} not booked in the Mifos X of {name} for more than an "
            "hour. They are tried again by themselves: see Bookings, and Test connection",
        )  # fmt: skip
    open_keys = Alert.objects.filter(kind=LATE_ALERT, closed_at=None).values_list("key", flat=True)
    for key in set(open_keys) - {str(partner_id) for partner_id, _, _ in late}:
        close_alerts(kind=LATE_ALERT, key=key, at=at, actor=SYSTEM)
    return len(late)


def severity_of(sight: Sight) -> AlertSeverity:
    """Where somebody else disbursed, the client may have been paid twice."""
    doubled = sight in (Sight.ANOTHERS, Sight.EARLIER)
    return AlertSeverity.CRITICAL if doubled else AlertSeverity.WARNING
