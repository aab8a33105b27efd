"""What came of a reversal: lock, record the answer, book what is back, commit."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeGuard

from django.db import transaction

from core import alerts, clock, money, states
from core.alerts import raise_alert
from core.models import AlertSeverity
from disbursements.models import DisbursementRequest, TransferReversal
from disbursements.operations import prove
from disbursements.operations.call_log import call_of
from disbursements.operations.judge import judge_answer
from disbursements.operations.returned import note_returned
from disbursements.operations.reversals import locked_reversal
from disbursements.queries.reversals import UNDER_WAY
from disbursements.rules import asking
from disbursements.rules.causes import blocks_asking
from disbursements.rules.transfer_keys import REPEATABLE, SETTLING
from disbursements.states import ReversalStatus
from gateways import registry
from gateways.errors import Declined, GatewayError, Unclear, Unreachable
from gateways.interface import Exchange, Rail, Reversed, Transfer, Transferred
from gateways.models import Call

UNKNOWN_ALERT = "reversal_unknown"
REFUSED_ALERT = "reversal_refused"
UNSENT_WAIT_MINUTES = 5
NEVER_ARRIVED = "not_found"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What sending it brought (neither: it was not sent), and what the transfer says now."""

    taken: Reversed | None = None
    refused: GatewayError | None = None
    seen: Transferred | None = None
    unseen: GatewayError | None = None

    @property
    def transfer(self) -> Transfer | None:
        """The transfer as it is now, where it could be seen."""
        return self.seen.transfer if self.seen else None

    def exchanges(self) -> list[Exchange]:
        """What to keep in the log of calls."""
        said = [each.exchange for each in (self.taken, self.seen) if each is not None]
        said += [each.exchange for each in (self.refused, self.unseen) if each and each.exchange]
        return said


def record(
    reversal: TransferReversal, answer: Answer, *, earlier_open: bool, at: datetime
) -> None:
    """In a transaction of its own. `earlier_open`: an earlier try has no known outcome."""
    with transaction.atomic(durable=True):
        reversal, row = locked_reversal(reversal)
        _log(row, answer)
        if reversal.status in UNDER_WAY:
            _follow(reversal, row, answer, at, earlier_open=earlier_open)
        if answer.transfer is not None:
            _note(reversal, row, answer.transfer.reversed_minor, at)


def _follow(
    reversal: TransferReversal,
    row: DisbursementRequest,
    answer: Answer,
    at: datetime,
    *,
    earlier_open: bool,
) -> None:
    if provider_id := _provider_id(reversal, answer):
        _done(reversal, row, provider_id, at)
        return
    error = answer.refused or answer.unseen
    for each in (answer.refused, answer.unseen):
        if _is_our_key(each):
            _pause(row, each, at)
    nothing_left = isinstance(answer.refused, Unreachable) or _is_our_key(answer.refused)
    if nothing_left and not earlier_open:
        _wait(reversal, at, unsent=True)
    elif isinstance(answer.refused, Declined | Unreachable):
        _refused(reversal, row, answer.refused, at)
    elif _never_arrived(reversal, answer, at):
        error = Declined("Stripe has no such reversal a day after it was sent", code=NEVER_ARRIVED)
        _refused(reversal, row, error, at)
    else:
        _unknown(reversal, row, error or Unclear("The transfer does not name it"), at)


def _provider_id(reversal: TransferReversal, answer: Answer) -> str:
    """The provider's id of the reversal, if it was made."""
    if answer.taken is not None:
        return answer.taken.provider_id
    told = answer.transfer.taken_back if answer.transfer else ()
    ours = (each.provider_id for each in told if each.reversal_id == str(reversal.pk))
    return next(ours, "")


def _is_our_key(error: GatewayError | None) -> TypeGuard[Declined]:
    """Whether it was refused for our key: the same again is taken once that is put right."""
    api = registry.result_api(Rail.STRIPE_TRANSFER)
    return isinstance(error, Declined) and blocks_asking(f"{api}:{error.code}")


def _pause(row: DisbursementRequest, error: GatewayError, at: datetime) -> None:
    api = registry.result_api(Rail(row.rail))
    verdict = judge_answer(api=api, code=error.code, text=error.text, at=at)
    prove.pause_shortcode(row, verdict, at)


def _never_arrived(reversal: TransferReversal, answer: Answer, at: datetime) -> bool:
    """Its key could not be used any more for a while, and nothing has come back since."""
    before_minor, first_sent_at = reversal.returned_before_minor, reversal.first_sent_at
    if answer.refused is not None or answer.transfer is None:
        return False
    if before_minor is None or first_sent_at is None:
        return False
    late_enough = at - first_sent_at >= REPEATABLE + SETTLING
    return late_enough and answer.transfer.reversed_minor <= before_minor


def _done(
    reversal: TransferReversal, row: DisbursementRequest, provider_id: str, at: datetime
) -> None:
    states.advance(
        reversal, to=ReversalStatus.DONE, at=at, because=f"taken back: {provider_id}",
        provider_id=provider_id, ask_at=None, lease_until=None,
    )  # fmt: skip
    alerts.close_alerts(kind=UNKNOWN_ALERT, key=str(reversal.pk), at=at, actor=states.SYSTEM)
    before_minor = reversal.returned_before_minor or 0
    _note(reversal, row, before_minor + reversal.amount_minor, at)


def _refused(
    reversal: TransferReversal, row: DisbursementRequest, error: GatewayError, at: datetime
) -> None:
    states.advance(
        reversal, to=ReversalStatus.REFUSED, at=at, because=f"refused: {error}"[:500],
        failure_code=error.code, failure_text=error.text, ask_at=None, lease_until=None,
    )  # fmt: skip
    alerts.close_alerts(kind=UNKNOWN_ALERT, key=str(reversal.pk), at=at, actor=states.SYSTEM)
    shown = money.shown(reversal.amount_minor, row.currency)
    states.note(row, at=at, because=f"{shown} could not be taken back: {error}"[:500])
    raise_alert(
        kind=REFUSED_ALERT, key=str(reversal.pk), at=at,
        text=f"{shown} of {row.client_reference} could not be taken back: {error}. "
        "Put it right, then propose it again.",
    )  # fmt: skip


def _unknown(
    reversal: TransferReversal, row: DisbursementRequest, error: GatewayError, at: datetime
) -> None:
    """Asked again at the next rung, hourly in the end, and told after an hour."""
    because = f"no clear answer: {error}"[:500]
    if reversal.status != ReversalStatus.UNKNOWN:
        states.advance(reversal, to=ReversalStatus.UNKNOWN, at=at, because=because)
    _wait(reversal, at)
    age = clock.lived(at - (reversal.first_sent_at or at))
    if age >= asking.ALERT_AFTER:
        raise_alert(
            kind=UNKNOWN_ALERT, key=str(reversal.pk), at=at, severity=AlertSeverity.CRITICAL,
            text=f"Nobody can tell whether {money.shown(reversal.amount_minor, row.currency)} of "
            f"{row.client_reference} came back (transfer {row.receipt}): look at the Stripe "
            "Dashboard. We go on asking.",
        )  # fmt: skip


def _wait(reversal: TransferReversal, at: datetime, *, unsent: bool = False) -> None:
    """Due again later. `unsent`: nothing was accepted, so that the next send is the first."""
    if unsent:
        reversal.first_sent_at = reversal.returned_before_minor = None
        reversal.ask_at = at + clock.minutes(UNSENT_WAIT_MINUTES)
    else:
        first_sent_at = reversal.first_sent_at or at
        rung = asking.next_rung(clock.lived(at - first_sent_at))
        later = at + clock.scaled(timedelta(hours=1))
        reversal.ask_at = later if rung is None else first_sent_at + clock.scaled(rung)
    reversal.lease_until = None
    reversal.save(
        update_fields=["first_sent_at", "returned_before_minor", "ask_at", "lease_until"]
    )


def _note(
    reversal: TransferReversal, row: DisbursementRequest, total_minor: int, at: datetime
) -> None:
    signed = f"proposed by {reversal.proposed_by}, approved by {reversal.decided_by}"
    note_returned(row, reversed_minor=total_minor, at=at, because=f"taken back, {signed}")


def _log(row: DisbursementRequest, answer: Answer) -> None:
    Call.objects.bulk_create(
        call_of(row, exchange, kind="reversal") for exchange in answer.exchanges()
    )
