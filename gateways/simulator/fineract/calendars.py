"""The days on which a loan may not be disbursed (fineract.md 3.6)."""

from datetime import date

from gateways.simulator.fineract.refusals import Refusal, rule
from gateways.simulator.fineract.request import Request
from gateways.simulator.journal import Record


def refuse_day(request: Request, loan: Record, on: date) -> None:
    """Raises Refusal: 403 for a day that the approval, the server or a calendar forbids."""
    sent = on.isoformat()
    if loan["approvedOn"] and sent < loan["approvedOn"]:
        raise _refused("disbursal.cannot.be.before.approval.date", sent)
    if on > request.today:
        raise _refused("disbursal.cannot.be.a.future.date", sent)
    last = loan["firstRepaymentOn"]
    if last and sent > last:
        raise _refused("disbursal.cannot.be.after.expected.first.repayment.date", sent)
    # From 1.11 the calendars look at the planned day, before that at the day that was sent.
    looked_at = loan["expectedOn"] or sent if request.since("1.11.0") else sent
    if looked_at in request.tenant["holidays"] and not request.tenant["allowHolidays"]:
        raise _refused("application.disbursement.date.on.holiday", looked_at)
    weekday = date.fromisoformat(looked_at).isoweekday()
    allowed = request.tenant["allowNonWorkingDays"]
    if weekday in request.tenant["nonWorkingDays"] and not allowed:
        raise _refused("application.disbursement.date.on.non.working.day", looked_at)
    if sent <= request.tenant["closedUntil"]:
        raise rule(
            "error.msg.glJournalEntry.invalid.accounting.closed",
            f"Accounting is closed until {request.tenant['closedUntil']}", sent,
        )  # fmt: skip


def _refused(code: str, day: str) -> Refusal:
    return rule(f"error.msg.loan.{code}", f"The loan cannot be disbursed on {day}.", day)
