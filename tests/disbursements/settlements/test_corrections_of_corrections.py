"""A payee is paid once along a whole line of corrections, however late the first one reports."""

from typing import Any

import pytest

from core.models import Alert
from disbursements.models import DisbursementRequest
from disbursements.operations.correct import CannotCorrect, correct
from disbursements.operations.send import send_due
from gateways.interface import PaymentState
from tests.disbursements.acting import Hand
from tests.disbursements.persons import AMINA
from tests.disbursements.troubled import fail
from tests.wire import MovedClock


@pytest.fixture
def line(sent: Any, reports: Any, moved: MovedClock) -> list[DisbursementRequest]:
    """The first one failed, so did its correction, and a second correction is queued."""
    rows = [fail(sent("00001"), reports, moved)]
    rows.append(corrected(rows[0], moved, "0700000777"))
    send_due()
    rows[1].refresh_from_db()
    fail(rows[1], reports, moved)
    return [*rows, corrected(rows[1], moved, "0700000888")]


def corrected(row: DisbursementRequest, moved: MovedClock, msisdn: str) -> DisbursementRequest:
    """What replaces it."""
    return correct(
        disbursement_id=row.pk, msisdn=msisdn, reason="the payee gave a new number",
        caller=AMINA, at=moved(),
    ).disbursement  # fmt: skip


def paid_late(row: DisbursementRequest, reports: Any, moved: MovedClock) -> None:
    """Reported as paid after all, and the status query agrees."""
    reports.paid(row)
    moved.forward(minutes=2)
    reports.asked(row)
    reports.answered(row, PaymentState.COMPLETED)


class TestTheFirstIsPaidAfterAll:
    def test_the_newest_is_held_back_while_it_is_in_doubt(self, line: Any, reports: Any) -> None:
        reports.paid(line[0])

        assert (line[0].status, send_due()) == ("unknown", 0)

    def test_the_newest_is_held_back_and_told_of_when_it_is_certain(
        self, line: Any, reports: Any, moved: MovedClock
    ) -> None:
        paid_late(line[0], reports, moved)

        told = Alert.objects.filter(kind="corrected_but_paid").values_list("key", flat=True)
        assert (list(told), send_due()) == ([str(line[2].pk)], 0)

    def test_the_newest_is_not_forced(self, line: Any, reports: Any, moved: MovedClock) -> None:
        send_due()
        line[2].refresh_from_db()
        fail(line[2], reports, moved)
        reports.paid(line[0])

        done = Hand(moved).does("force", line[2])

        assert done == {"it replaces a payout that may have been paid after all": 1}

    def test_the_newest_cannot_be_corrected_once_it_is_cancelled(
        self, line: Any, reports: Any, moved: MovedClock
    ) -> None:
        paid_late(line[0], reports, moved)
        Hand(moved).does("cancel", line[2])

        with pytest.raises(CannotCorrect, match="replaces a payout that may have been paid"):
            corrected(line[2], moved, "0700000999")

    def test_without_any_doubt_the_newest_is_sent(self, line: Any) -> None:
        assert send_due() == 1
