"""A morning's payouts in every state that a desk shows, brought there by the simulator."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from config.schedules import SWEEPS
from disbursements.models import DisbursementRequest
from disbursements.states import DisbursementStatus
from tests.wire import Wire

TEMPORARY, UNNAMED = "99101", "99077"
ENDED_OR_STUCK = {
    DisbursementStatus.COMPLETED: "00001", DisbursementStatus.FAILED: "99040",
    DisbursementStatus.RETRYING: TEMPORARY, DisbursementStatus.PARKED: "99001",
    DisbursementStatus.UNKNOWN: "99212",
}  # fmt: skip
SETTLING_MINUTES = 4
WORK = ("deliver", "recover", "send", "retry", "ask", "resume")


@dataclass(frozen=True, kw_only=True)
class Scene:
    """The wire, and the payouts that stand on it."""

    wire: Wire
    pay: Any

    def morning(self, *, paused: bool = True) -> None:
        """One payout in each state, its reference the state's name in capitals.

        Without the pause that the missing float brings there is no parked one.
        """
        for status, digits in ENDED_OR_STUCK.items():
            if status == DisbursementStatus.PARKED and not paused:
                continue
            self.pay(digits, reference=status.upper(), payee_name="Amina Example")
        self.pass_by(minutes=SETTLING_MINUTES)
        self.pay("00002", reference="ACCEPTED", payee_name="Juma Example")
        self.work()
        self.pay("00003", reference="QUEUED", payee_name="Neema Example")

    def work(self) -> None:
        """Do all that is due now."""
        self.wire.deliver()
        while sum(SWEEPS[name].run() for name in WORK):
            self.wire.deliver()

    def pass_by(self, *, minutes: int) -> None:
        """Let so much time pass, everybody working."""
        self.work()
        for _ in range(minutes):
            self.wire.clock.moment += timedelta(minutes=1)
            self.work()

    def row(self, reference: str) -> DisbursementRequest:
        """As it is now."""
        return DisbursementRequest.objects.get(client_reference=reference)
