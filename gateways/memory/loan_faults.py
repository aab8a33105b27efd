"""What goes wrong with a call about loans in memory, and how it is said."""

from enum import StrEnum

from core import clock
from gateways.errors import Declined, GatewayError, Unclear, Unreachable
from gateways.interface import AccessRefused, AskAgain, Exchange


class LoanFault(StrEnum):
    """What befalls one call."""

    DROPPED = "dropped"  # nothing left this machine
    SLOW = "slow"  # no answer in time, and nothing was done
    LOST = "lost"  # carried out, and the answer is lost
    ERROR = "error"  # 500, and nothing was done
    ERROR_DONE = "error_done"  # 500, and it was carried out
    LOCKED = "locked"  # 409 of the close of business
    CONFLICT = "conflict"  # 409 that the key keeps
    IN_PROGRESS = "in_progress"  # 425
    BUSY = "busy"  # 503
    UNKNOWN_USER = "unknown_user"  # 401
    DENIED = "denied"  # 403, a permission is missing
    RULE = "rule"  # 403, a rule of business


CARRIED_OUT = frozenset({LoanFault.LOST, LoanFault.ERROR_DONE})
OTHER_LOAN = "other_loan"
RULE_CODE = "error.msg.loan.disbursement.date.on.holiday"
INTEGRITY_CODE = "error.msg.data.integrity.issue"
NOT_APPROVED_CODE = "error.msg.loan.disbursal.account.is.not.approve.not.disbursed.state"
NOT_THERE_CODE = "404"
# What each is answered with; the others have no answer at all.
STATUSES = {
    LoanFault.ERROR: 500,
    LoanFault.ERROR_DONE: 500,
    LoanFault.LOCKED: 409,
    LoanFault.CONFLICT: 409,
    LoanFault.IN_PROGRESS: 425,
    LoanFault.BUSY: 503,
    LoanFault.UNKNOWN_USER: 401,
    LoanFault.DENIED: 403,
    LoanFault.RULE: 403,
}
# Of refusals by their code; most are rules of business.
_STATUSES_OF_CODES = {NOT_THERE_CODE: 404, NOT_APPROVED_CODE: 400}


def error_of(fault: LoanFault, *, call: str, permission: str = "") -> GatewayError:
    """The error that the adapter would raise."""
    exchange = exchange_of(call, status=STATUSES.get(fault))
    match fault:
        case LoanFault.DROPPED:
            return Unreachable("Connection refused", exchange=exchange)
        case LoanFault.SLOW | LoanFault.LOST:
            return Unclear("No answer in time", exchange=exchange)
        case LoanFault.ERROR | LoanFault.ERROR_DONE:
            return Unclear("An internal error", code="500", exchange=exchange)
        case LoanFault.RULE:
            return Declined("It is a holiday", code=RULE_CODE, exchange=exchange)
        case LoanFault.UNKNOWN_USER | LoanFault.DENIED:
            return _refused(fault, permission, exchange)
    return _again(fault, exchange)


def refusal(code: str, text: str, *, call: str) -> Declined:
    """A refusal with this code."""
    status = _STATUSES_OF_CODES.get(code, 403)
    return Declined(text, code=code, exchange=exchange_of(call, status=status))


def exchange_of(call: str, *, status: int | None = 200) -> Exchange:
    """An exchange with memory; `status` None: no answer came."""
    return Exchange(
        method="POST" if call in ("record", "leave_note", "user") else "GET", url=f"memory:{call}",
        started_at=clock.now(), duration_ms=0, http_status=status,
    )  # fmt: skip


def _refused(fault: LoanFault, permission: str, exchange: Exchange) -> AccessRefused:
    if fault is LoanFault.UNKNOWN_USER:
        return AccessRefused("The user or its password is wrong", code="401", exchange=exchange)
    error = AccessRefused(
        f"Our user lacks {permission}", code="error.msg.not.authorized", exchange=exchange
    )
    error.permission = permission
    return error


def _again(fault: LoanFault, exchange: Exchange) -> AskAgain:
    codes = {
        LoanFault.LOCKED: "error.msg.loan.locked",
        LoanFault.CONFLICT: "error.msg.platform.service.concurrency.conflict",
        LoanFault.IN_PROGRESS: "425",
        LoanFault.BUSY: "error.msg.platform.service.unavailable",
    }
    error = AskAgain(f"Later: {fault}", code=codes[fault], exchange=exchange)
    error.new_key = fault is LoanFault.CONFLICT
    return error
