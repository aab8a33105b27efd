"""One line to a partner's Mifos X at a time, within its quota, and not while it is left alone."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection as database
from django.db import transaction

from core import clock, secrets
from core.models import Alert
from core.refusals import Refused
from gateways.errors import Declined, Unclear, Unreachable
from gateways.interface import Exchange
from gateways.interface.loans import AccessRefused, AskAgain
from gateways.models import Call
from loans.models import LoanSyncRun, MifosConnection
from loans.operations import reach_mifos
from loans.operations.reach_mifos import (
    AlreadyRunning,
    LineLost,
    NotNow,
    QuotaSpent,
    open_line,
)
from tests.wire import MovedClock
from vault.models import Partner


@pytest.fixture
def mifos(a_partner: Partner, moved: MovedClock) -> MifosConnection:
    row = MifosConnection(
        partner=a_partner, host="https://mifos.test", tenant="umoja", username="vault",
        requests_per_minute=5, changed_by="amina", created_at=moved(), next_sync_at=moved(),
    )  # fmt: skip
    row.sealed_password = secrets.seal({"password": "only-here"}, context=row.context)
    row.save()
    return row


def spend(line: reach_mifos.Line, count: int) -> int:
    """How many of so many calls were let through before one was refused."""
    for done in range(count):
        try:
            line.before_call()
        except QuotaSpent:
            return done
    return count


class TestOneAtATime:
    def test_a_second_one_is_told_so(
        self, mifos: MifosConnection, moved: MovedClock, together: Callable[..., list[Any]]
    ) -> None:
        def another() -> None:
            with open_line(mifos, at=moved()):
                pass

        with open_line(mifos, at=moved()):
            [met] = together(another)

        assert isinstance(met, AlreadyRunning)
        assert together(another) == [None]

    def test_it_is_freed_when_the_work_fails(
        self, mifos: MifosConnection, moved: MovedClock, together: Callable[..., list[Any]]
    ) -> None:
        def another() -> bool:
            with open_line(mifos, at=moved()):
                return True

        with pytest.raises(ZeroDivisionError), open_line(mifos, at=moved()):
            raise ZeroDivisionError

        assert together(another) == [True]

    def test_a_line_does_not_outlive_its_session(
        self, mifos: MifosConnection, moved: MovedClock
    ) -> None:
        with open_line(mifos, at=moved()) as line:
            line.before_call()
            database.close()

            with pytest.raises(LineLost):
                line.before_call()

        assert line.requests == 1

    def test_nothing_leaves_inside_a_transaction(
        self, mifos: MifosConnection, moved: MovedClock
    ) -> None:
        with (
            open_line(mifos, at=moved()) as line,
            transaction.atomic(),
            pytest.raises(RuntimeError, match="durable"),
        ):
            line.before_call()

        assert line.requests == 0


class TestTheQuota:
    def test_no_more_leave_in_a_minute_than_it_says(
        self, mifos: MifosConnection, moved: MovedClock
    ) -> None:
        with open_line(mifos, at=moved()) as line:
            let_through = spend(line, 9)

        assert let_through == line.requests == 5

    def test_the_next_minute_has_its_own(self, mifos: MifosConnection, moved: MovedClock) -> None:
        with open_line(mifos, at=moved()) as line:
            spend(line, 9)
            with pytest.raises(QuotaSpent) as refusal:
                line.before_call()
            moved.moment = refusal.value.until

            let_through = spend(line, 9)

        assert let_through == 5

    def test_a_new_line_goes_on_with_the_same_minute(
        self, mifos: MifosConnection, moved: MovedClock
    ) -> None:
        with open_line(mifos, at=moved()) as line:
            spend(line, 3)

        with open_line(mifos, at=moved()) as another:
            let_through = spend(another, 9)

        assert let_through == 2

    def test_a_clock_that_jumps_back_gives_no_new_minute(
        self, mifos: MifosConnection, moved: MovedClock
    ) -> None:
        with open_line(mifos, at=moved()) as line:
            spend(line, 4)
            moved.forward(minutes=-10)

            let_through = spend(line, 9)

        assert let_through == 1

    def test_the_run_counts_them_too(self, mifos: MifosConnection, moved: MovedClock) -> None:
        run = LoanSyncRun(partner=mifos.partner, started_at=moved())

        with open_line(mifos, at=moved(), run=run) as line:
            spend(line, 3)

        assert run.requests == 3


class TestAChangedConnection:
    def test_a_password_never_goes_on_after_the_change(
        self, mifos: MifosConnection, moved: MovedClock
    ) -> None:
        with open_line(mifos, at=moved()) as line:
            resealed = secrets.seal({"password": "another"}, context=mifos.context)
            MifosConnection.objects.filter(pk=mifos.pk).update(sealed_password=resealed)

            with pytest.raises(LineLost):
                line.before_call()

    def test_it_no_longer_pays_once_it_is_switched_off(
        self, mifos: MifosConnection, moved: MovedClock
    ) -> None:
        rows = MifosConnection.objects.filter(pk=mifos.pk)
        rows.update(
            is_mifos_configured=True, mifos_auto_disbursement_enabled=True,
            confirmed_by="baraka", confirmed_at=moved(),
        )  # fmt: skip
        with open_line(mifos, at=moved()) as line:
            before = line.pays()
            rows.update(mifos_auto_disbursement_enabled=False)

            after = line.pays()

        assert (before, after) == (True, False)

    def test_a_password_of_another_row_does_not_open(
        self, mifos: MifosConnection, moved: MovedClock
    ) -> None:
        MifosConnection.objects.filter(pk=mifos.pk).update(host="https://elsewhere.test")

        with pytest.raises(Refused, match="another row"), open_line(mifos, at=moved()):
            pass

        assert Alert.objects.filter(kind="mifos_refuses", closed_at=None).count() == 1


class TestTheLogOfCalls:
    def test_each_call_is_kept_with_what_it_was_about(
        self, mifos: MifosConnection, moved: MovedClock
    ) -> None:
        exchange = Exchange(
            method="GET", url="https://mifos.test/loans/7", started_at=moved(), duration_ms=8
        )

        with open_line(mifos, at=moved()) as line:
            line.after_call(exchange)
            with line.about("loan-7", kind="recheck"):
                line.after_call(exchange)

        kept = Call.objects.order_by("id").values_list("provider", "kind", "subject_id")
        assert list(kept) == [
            ("fineract", "loans", str(mifos.pk)), ("fineract", "recheck", "loan-7"),
        ]  # fmt: skip


class TestTrouble:
    def test_each_silence_doubles_the_wait(
        self, mifos: MifosConnection, moved: MovedClock
    ) -> None:
        waits = []
        for _ in range(7):
            with open_line(mifos, at=moved(), at_once=True) as line:
                reach_mifos.note_failure(line, Unreachable("no route"), moved())
                waits.append(line.connection.not_before - moved())

        assert waits == [timedelta(minutes=each) for each in (1, 2, 4, 8, 16, 30, 30)]

    def test_it_is_told_after_three(self, mifos: MifosConnection, moved: MovedClock) -> None:
        told = []
        with open_line(mifos, at=moved()) as line:
            for _ in range(3):
                reach_mifos.note_failure(line, Unclear("cut off"), moved())
                told.append(Alert.objects.filter(kind="mifos_not_answering").count())

        assert told == [0, 0, 1]

    def test_a_refusal_is_told_at_once_and_names_the_permission(
        self, mifos: MifosConnection, moved: MovedClock
    ) -> None:
        error = AccessRefused("not allowed", code="403")
        error.permission = "DISBURSE_LOAN"

        with open_line(mifos, at=moved()) as line:
            reach_mifos.note_failure(line, error, moved())

        mifos.refresh_from_db()
        assert mifos.not_before == moved() + clock.minutes(5)
        assert "DISBURSE_LOAN" in mifos.trouble
        assert "DISBURSE_LOAN" in Alert.objects.get(kind="mifos_refuses").text

    @pytest.mark.parametrize("error", [Declined("no", code="404"), AskAgain("locked", code="409")])
    def test_what_concerns_one_loan_only_changes_nothing(
        self, mifos: MifosConnection, moved: MovedClock, error: Exception
    ) -> None:
        with open_line(mifos, at=moved()) as line:
            reach_mifos.note_failure(line, error, moved())

        mifos.refresh_from_db()
        assert (mifos.failures, mifos.not_before) == (0, None)

    def test_it_is_left_alone_meanwhile(self, mifos: MifosConnection, moved: MovedClock) -> None:
        with open_line(mifos, at=moved()) as line:
            reach_mifos.note_failure(line, Unreachable("no route"), moved())
            with pytest.raises(NotNow):
                line.before_call()

        with pytest.raises(NotNow, match="11:01") as refusal, open_line(mifos, at=moved()):
            pass
        assert refusal.value.until == moved() + timedelta(minutes=1)

    def test_a_person_may_look_all_the_same(
        self, mifos: MifosConnection, moved: MovedClock
    ) -> None:
        with open_line(mifos, at=moved()) as line:
            reach_mifos.note_failure(line, Unreachable("no route"), moved())

        with open_line(mifos, at=moved(), at_once=True) as line:
            line.before_call()

        assert line.requests == 1

    def test_one_good_look_ends_it(self, mifos: MifosConnection, moved: MovedClock) -> None:
        with open_line(mifos, at=moved(), at_once=True) as line:
            for _ in range(3):
                reach_mifos.note_failure(line, Unreachable("no route"), moved())
            reach_mifos.note_failure(line, AccessRefused("401"), moved())

            reach_mifos.note_success(line, moved())

        mifos.refresh_from_db()
        assert (mifos.failures, mifos.not_before, mifos.trouble) == (0, None, "")
        assert not Alert.objects.filter(closed_at=None).exists()
