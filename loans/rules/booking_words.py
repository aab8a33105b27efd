"""Why Mifos X did not book a paid loan, in words, and what mends it (fineract.md 1.5, 3.6, 5)."""

from dataclasses import dataclass

DISBURSED_ELSEWHERE = "disbursed_elsewhere"
EARLIER_CYCLE = "disbursed_earlier_cycle"
NOT_APPROVED = "not_approved"
ANOTHER_LOAN = "another_loan"
CAME_BACK = "came_back"
CHECKER_REJECTED = "checker_rejected"
CHECKER_GONE = "checker_gone"
CHECKER_SLOW = "checker_slow"
UNDONE = "disbursal_undone"
PAID_LATE = "paid_late"
NOT_THERE = "404"
NO_ANSWER = "no_answer"
PAYMENT_TYPE = "payment_type"

_LOAN = "error.msg.loan."
_THEN = "Then book it again."
_OR_GIVE_UP = "again, or propose to give this booking up."
_UNDO_OR_GIVE_UP = (
    "Undo that disbursal in Mifos X and book again, or propose to give this booking up."
)


@dataclass(frozen=True, kw_only=True)
class Explained:
    """A sentence each; never empty."""

    what: str
    what_to_do: str


def explain(code: str) -> Explained:
    """What this code of a booking means; an unknown one names where to look."""
    for known, what, what_to_do in _EXACT:
        if code == known:
            return Explained(what=what, what_to_do=what_to_do)
    for part, what, what_to_do in _PARTS:
        if part in code:
            return Explained(what=what, what_to_do=what_to_do)
    return Explained(
        what="Mifos X refused to book the payment.",
        what_to_do=f"Read its answer, put it right in Mifos X. {_THEN}",
    )


_EXACT = (
    (DISBURSED_ELSEWHERE, "The loan has a disbursal in Mifos X that is not ours.",
     "Find out who disbursed it, and whether the client was paid twice. " + _UNDO_OR_GIVE_UP),
    (EARLIER_CYCLE, "Mifos X still shows the disbursal of an earlier payout of this loan.",
     _UNDO_OR_GIVE_UP),
    (NOT_APPROVED, "The loan is not approved in Mifos X any more, so nothing can be booked.",
     f"Have it approved again in Mifos X. {_THEN} Or propose to give the booking up."),
    (ANOTHER_LOAN, "The loan of this number is another client's in Mifos X than the one we paid.",
     "See whether the connection leads to another tenant now; else propose to give it up."),
    (CAME_BACK, "The money came back after it was paid.",
     "Have it paid again by two persons, or propose to give the booking up."),
    (PAID_LATE, "Its payout paid after all, when the loan had gone on without it.",
     "Compare the amounts with Mifos X, and whether another payout paid it too. Then book it "
     + _OR_GIVE_UP),
    (CHECKER_REJECTED, "A checker in Mifos X rejected the booking.",
     f"Ask the checker why. {_THEN}"),
    (CHECKER_GONE, "The booking waited for a checker in Mifos X, and is gone from there.",
     f"Ask who removed it from the checker inbox. {_THEN}"),
    (CHECKER_SLOW, "The booking has waited for a checker in Mifos X for hours.",
     "Ask the checker to approve it: it is then found by itself. If it was rejected, book again."),
    (UNDONE, "It was booked, and the disbursal was undone in Mifos X.",
     "Ask who undid it and why. Then book it again, or propose what else is to happen."),
    (NOT_THERE, "Mifos X has no such loan, or our user may not see its office.",
     f"See in Mifos X whether the loan was deleted or moved to another office. {_THEN}"),
    (NO_ANSWER, "Mifos X gave no usable answer, again and again, and does not show the disbursal.",
     f"Ask its administrator to look at the loan. {_THEN}"),
    (PAYMENT_TYPE, "Mifos X has no such payment type: the receipt would be lost.",
     "Make it there, or name another one at the connection: then it is booked by itself."),
    (f"{_LOAN}disbursal.cannot.be.before.approval.date",
     "The day of the payout is before the loan's approval in Mifos X.",
     f"Correct the approval date in Mifos X, or undo and approve it anew. {_THEN}"),
    (f"{_LOAN}disbursal.cannot.be.a.future.date",
     "For Mifos X the day of the payout is still to come: its business date is behind.",
     f"Have the business date and the time zone of the tenant put right. {_THEN}"),
    (f"{_LOAN}disbursal.cannot.be.after.expected.first.repayment.date",
     "The loan was paid after its fixed first repayment date.",
     f"Change the first repayment date in Mifos X. {_THEN}"),
    (f"{_LOAN}application.disbursement.date.on.non.working.day",
     "The loan's date is no working day in Mifos X.",
     f"Allow transactions on non-working days in Mifos X, or change the date. {_THEN}"),
    (f"{_LOAN}application.disbursement.date.on.holiday",
     "The loan's date is a holiday in Mifos X.",
     f"Allow transactions on holidays in Mifos X, or change the date. {_THEN}"),
    ("error.msg.actual.disbursement.date.does.not.match.with.expected.disbursal.date",
     "The product wants the very day that was planned.",
     f"Set the expected disbursement date to the day of the payout in Mifos X. {_THEN}"),
    ("error.msg.calendar.loan.actual.disbursement.date.not.valid.recurring.date",
     "The day of the payout is not a meeting day of the loan's group.",
     f"Change the meeting, or book on a meeting day, in Mifos X. {_THEN}"),
    (f"{_LOAN}disbursal.account.is.not.approve.not.disbursed.state",
     "The loan is not waiting for disbursal in Mifos X.",
     f"Look at the loan there: it must be approved. {_THEN}"),
    (f"{_LOAN}disbursement.amount.not.sufficient", "The collateral is too small.",
     f"Add collateral to the loan in Mifos X. {_THEN}"),
    (f"{_LOAN}disbursal.not.allowed.on.charged.off", "The loan is charged off in Mifos X.",
     f"Undo the charge-off. {_THEN}"),
    (f"{_LOAN}locked", "The close of business of Mifos X kept the loan locked for hours.",
     f"Have its administrator repair the close of business of this loan. {_THEN}"),
    ("error.msg.client.not.active.exception", "The client is not active in Mifos X.",
     f"Activate the client. {_THEN}"),
    ("error.msg.group.not.active.exception", "The client's group is not active in Mifos X.",
     f"Activate the group. {_THEN}"),
    ("error.msg.invalid.instance.type", "This Mifos X takes no changes: it runs read-only.",
     f"Ask its administrator for the address that takes changes. {_THEN}"),
)  # fmt: skip
_PARTS = (
    ("amount.must.be.less.than.approved", "Mifos X approved less than what was paid out.",
     f"Find out who lowered it; approve the full amount again. {_THEN}"),
    ("amount.can't.be.greater", "Mifos X approved less than what was paid out.",
     f"Find out who lowered it; approve the full amount again. {_THEN}"),
    ("error.msg.entry.required.in.datatable", "Mifos X wants an entry in a data table first.",
     f"Fill the data table of the loan in Mifos X. {_THEN}"),
    ("topup", "Mifos X refuses it as a top-up of another loan.",
     f"Look at the loan that it closes. {_THEN}"),
    ("loan.to.be.closed", "Mifos X refuses it as a top-up of another loan.",
     f"Look at the loan that it closes. {_THEN}"),
    ("cashier", "The payment type is a cash one in Mifos X, which wants a cashier.",
     f"Take the cash mark off the payment type, or name another. {_THEN}"),
    ("glaccount", "The bookkeeping of the product is not complete in Mifos X.",
     f"Map the accounts of the product and payment type. {_THEN}"),
    ("accounting", "The bookkeeping of that day is closed, or not complete, in Mifos X.",
     f"Open the day or map the accounts of the product. {_THEN}"),
    ("data.integrity", "Mifos X refused it as a clash in its database.",
     f"Ask its administrator what clashes. {_THEN}"),
    ("duplicate", "Mifos X refused it as a clash in its database.",
     f"Ask its administrator what clashes. {_THEN}"),
    ("error.msg.parameter.unsupported", "Mifos X does not know a part of what we sent.",
     "Tell whoever maintains this system: the version of Mifos X is not one that we know."),
)  # fmt: skip
