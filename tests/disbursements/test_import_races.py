"""Two imports at the same moment, in real threads on real connections."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from core.locks import wait_for_transaction_lock
from core.refusals import Refused
from disbursements.models import DisbursementRequest
from disbursements.operations import import_file as operation
from disbursements.operations.import_file import ImportReport, import_file
from tests.disbursements.payees import AT, add_payer
from vault.models import Partner

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = 60


@pytest.fixture
def payer(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Partner:
    monkeypatch.setattr(operation, "CHUNK_ROWS", 7)
    return add_payer()


def content(amount: int, *, backwards: bool = False) -> bytes:
    lines = [f"A-{number},07000{number:05d},{amount + number}" for number in range(ROWS)]
    lines = lines[::-1] if backwards else lines
    return "\n".join(["reference,msisdn,amount", *lines]).encode()


def importing(
    payer: Partner, amount: int, *, later_s: int, skip_bad: bool, backwards: bool = False
) -> Callable[[], ImportReport]:
    return lambda: import_file(
        source=io.BytesIO(content(amount, backwards=backwards)),
        partner_id=payer.pk,
        actor="test",
        at=AT + timedelta(seconds=later_s),
        skip_bad=skip_bad,
    )


class TestTwoAtOnce:
    @pytest.mark.parametrize("skip_bad", [False, True])
    def test_the_same_file_is_added_once(
        self, payer: Partner, skip_bad: bool, together: Any
    ) -> None:
        reports = together(
            *[importing(payer, 100, later_s=second, skip_bad=skip_bad) for second in range(3)]
        )

        assert DisbursementRequest.objects.count() == ROWS
        assert sum(report.added for report in reports) == ROWS
        assert sum(report.replayed for report in reports) == 2 * ROWS
        assert sum(report.rejected for report in reports) == 0

    def test_other_amounts_under_the_same_references_are_refused_as_a_whole(
        self, payer: Partner, together: Any
    ) -> None:
        reports = together(
            *[importing(payer, amount, later_s=amount, skip_bad=False) for amount in (100, 300)]
        )

        [winner] = [report for report in reports if report.added]
        [loser] = [report for report in reports if not report.added]
        assert (winner.added, winner.rejected) == (ROWS, 0)
        assert (loser.added, loser.replayed, loser.total_minor) == (0, 0, 0)
        assert loser.rejected == ROWS
        assert DisbursementRequest.objects.count() == ROWS

    @pytest.mark.parametrize("skip_bad", [False, True])
    def test_the_same_rows_in_opposite_order_do_not_wait_for_each_other(
        self, payer: Partner, skip_bad: bool, together: Any
    ) -> None:
        reports = together(
            *[
                importing(payer, 100, later_s=number, skip_bad=skip_bad, backwards=number % 2 == 1)
                for number in range(4)
            ]
        )

        assert [report for report in reports if isinstance(report, Exception)] == []
        assert sum(report.added for report in reports) == ROWS
        assert DisbursementRequest.objects.count() == ROWS

    def test_whoever_waits_too_long_is_told_to_come_again(
        self, payer: Partner, together: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(operation, "WAIT_S_MAX", 0)
        with transaction.atomic():
            wait_for_transaction_lock(f"import:{payer.pk}", wait_s=1)

            [refused] = together(importing(payer, 100, later_s=0, skip_bad=False))

        assert isinstance(refused, Refused)
        assert "nothing is added twice" in str(refused)
        assert not DisbursementRequest.objects.exists()
