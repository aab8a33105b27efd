"""Buttons that have a partner's loans paid by themselves, or stop that."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest

from core.admin.confirm import Confirmation, Outcome
from loans.models import MifosConnection
from loans.operations.connections import switch
from loans.queries import connections
from vault.admin.acting import RentalAction, caller, page_of, told


class SwitchOn(RentalAction):
    """Pay by itself."""

    name = "switch_on"
    label = "Pay loans by themselves…"
    primary = True
    auto = True

    def offered(self, row: MifosConnection) -> bool:
        """While it is off, and nothing is missing."""
        return not row.mifos_auto_disbursement_enabled and not connections.missing_to_pay(row)

    def off_because(self, row: MifosConnection) -> str:
        """What is missing."""
        if row.mifos_auto_disbursement_enabled:
            return ""
        return "; ".join(connections.missing_to_pay(row))

    def confirmation(self, request: HttpRequest, rows: Sequence[MifosConnection]) -> Confirmation:
        """What it does."""
        row = rows[0]
        return Confirmation(
            title=f"Pay the loans of {row.partner} by themselves",
            button="Switch it on",
            will_happen=[
                "Every 5 minutes approved loans are fetched, paid over M-Pesa and booked back.",
                "Only loans of products that are enabled, within their limits.",
                f"They are paid from {connections.pays_from(row)}.",
            ],
        )

    def perform(
        self, *, request: HttpRequest, rows: Sequence[Any], answers: dict[str, Any], at: datetime
    ) -> Outcome:
        """Switch."""
        with told():
            row = switch(
                connection_id=rows[0].pk, auto=self.auto, reason=answers["reason"],
                caller=caller(request), at=at,
            )  # fmt: skip
        return Outcome(text=f"{row} is switched {'on' if self.auto else 'off'}.", url=page_of(row))


class SwitchOff(SwitchOn):
    """Stop paying by itself."""

    name = "switch_off"
    label = "Stop paying by itself…"
    primary = False
    auto = False

    def offered(self, row: MifosConnection) -> bool:
        """While it is on."""
        return row.mifos_auto_disbursement_enabled

    def off_because(self, row: MifosConnection) -> str:
        """Nobody misses it."""
        return ""

    def confirmation(self, request: HttpRequest, rows: Sequence[MifosConnection]) -> Confirmation:
        """What it does."""
        return Confirmation(
            title=f"Stop paying the loans of {rows[0].partner} by themselves",
            button="Switch it off",
            will_happen=[
                "No loan is fetched or paid any more.",
                "Payouts that M-Pesa has already go on.",
                "Payouts that wait for a look at Mifos X stay where they are.",
                "What was paid is booked back all the same.",
            ],
        )
