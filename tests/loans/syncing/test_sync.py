"""One sync of one partner: three steps, one at a time, kept as a run."""

from datetime import timedelta

import pytest

from core.models import Alert
from disbursements.models import DisbursementRequest
from loans.models import LoanBooking, LoanSyncRun, LoanTracking, MifosConnection
from loans.operations.reach_mifos import AlreadyRunning, NotNow, open_line
from loans.operations.sync import CannotSync, sync
from tests.lending import act, an_approved_loan, lent, loan_of, script
from tests.lending import sync as sync_now


class TestTheWholeWay:
    def test_an_approved_loan_is_paid_and_booked_once(self, wire, a_partner, lending, settled):
        loan_id = an_approved_loan(wire, net=9_500, gross=10_000)

        settled()

        loan = loan_of(a_partner, loan_id)
        assert (loan.status, loan.disbursement.amount_minor) == ("disbursed", 950_000)
        [disbursal] = lent(wire)["disbursals"]
        assert disbursal["receipt"] == loan.disbursement.receipt
        assert LoanBooking.objects.get().status == "booked"

    def test_the_run_tells_what_was_done(self, wire, a_partner, lending):
        an_approved_loan(wire)
        an_approved_loan(wire, phone="")

        run = sync_now(wire, a_partner)

        kept = LoanSyncRun.objects.get()
        assert (kept.pk, kept.steps) == (run.pk, ["fetch", "process", "book"])
        assert (kept.fetched, kept.fresh, kept.instructed) == (2, 2, 1)
        assert (kept.held, kept.errors) == ({"no_phone": 1}, [])
        assert kept.requests == 1 + 2 * 2 + 2
        assert kept.ended_at is not None
        assert (kept.trigger, kept.actor) == ("test", "test")

    def test_fetch_alone_pays_nothing(self, wire, a_partner, lending):
        an_approved_loan(wire)

        run = sync_now(wire, a_partner, "fetch")

        assert (run.fresh, run.instructed) == (1, 0)
        assert LoanTracking.objects.get().status == "pending_disbursement"

    def test_steps_are_done_in_their_order(self, wire, a_partner, lending):
        an_approved_loan(wire)

        run = sync_now(wire, a_partner, "book", "process", "fetch")

        assert (run.steps, run.instructed) == (["fetch", "process", "book"], 1)

    def test_an_undone_disbursal_is_never_paid_again_by_itself(
        self, wire, a_partner, tenant, lending, settled
    ):
        loan_id = an_approved_loan(wire)
        settled()
        act(wire, tenant, loan_id, "undodisbursal")

        wire.clock.forward(minutes=5)
        sync_now(wire, a_partner)
        settled()

        loan = loan_of(a_partner, loan_id)
        assert (loan.status, loan.held_code) == ("held", "undone_after_paid")
        assert LoanBooking.objects.get().status == "undone"
        assert DisbursementRequest.objects.filter(origin="loan").count() == 1


class TestOneAtATime:
    def test_a_second_one_is_told_so(self, wire, a_partner, lending, together):
        with open_line(lending, at=wire.clock()):
            [answer] = together(lambda: sync(partner_id=a_partner.pk, at=wire.clock()))

        assert isinstance(answer, AlreadyRunning)
        assert LoanSyncRun.objects.count() == 0

    def test_two_at_once_track_and_pay_each_loan_once(self, wire, a_partner, lending, together):
        for number in range(3):
            an_approved_loan(wire, phone=f"070010000{number}")

        answers = together(*[lambda: sync(partner_id=a_partner.pk, at=wire.clock())] * 3)

        runs = [each for each in answers if isinstance(each, LoanSyncRun)]
        assert all(isinstance(each, LoanSyncRun | AlreadyRunning) for each in answers), answers
        assert sum(run.instructed for run in runs) == 3
        assert LoanTracking.objects.filter(status="processing_disbursement").count() == 3

    def test_one_that_died_leaves_nothing_locked(
        self, wire, a_partner, lending, monkeypatch, together
    ):
        from loans.operations import fetch

        for number in range(3):
            an_approved_loan(wire, phone=f"070010000{number}")
        track, done = fetch.track, []

        def dies(loan, *facts, at):
            if done:
                raise KeyboardInterrupt
            done.append(loan)
            return track(loan, *facts, at=at)

        def interrupted():
            try:
                sync(partner_id=a_partner.pk, at=wire.clock())
            except KeyboardInterrupt:
                return "died"

        monkeypatch.setattr(fetch, "track", dies)
        assert together(interrupted) == ["died"]
        monkeypatch.setattr(fetch, "track", track)

        run = sync(partner_id=a_partner.pk, at=wire.clock())

        assert (run.fresh, run.instructed) == (2, 3)


class TestWhatMayBeAsked:
    @pytest.mark.parametrize(
        ("changes", "told"),
        [
            ({"is_mifos_configured": False}, "Test connection"),
            ({"confirmed_by": "", "confirmed_at": None}, "another person"),
            ({"mifos_auto_disbursement_enabled": False}, "switched off"),
        ],
    )
    def test_without_all_that_paying_needs_nothing_is_fetched(
        self, wire, a_partner, lending, changes, told
    ):
        MifosConnection.objects.filter(pk=lending.pk).update(**changes)

        with pytest.raises(CannotSync, match=told):
            sync(partner_id=a_partner.pk, steps=("fetch", "process"), at=wire.clock())

        assert not [path for path in wire.paths if "fineract" in path]

    @pytest.mark.parametrize(
        ("changes", "told"),
        [
            ({"is_mifos_configured": False}, "Test connection"),
            ({"confirmed_by": "", "confirmed_at": None}, "another person"),
        ],
    )
    def test_nobody_reads_what_nobody_confirmed_or_tested(
        self, wire, a_partner, lending, changes, told
    ):
        MifosConnection.objects.filter(pk=lending.pk).update(**changes)

        with pytest.raises(CannotSync, match=told):
            sync(partner_id=a_partner.pk, steps=("fetch",), at=wire.clock())

        assert not [path for path in wire.paths if "fineract" in path]

    def test_while_it_is_switched_off_a_fetch_alone_reads_and_pays_nothing(
        self, wire, a_partner, lending, settled
    ):
        an_approved_loan(wire)
        MifosConnection.objects.filter(pk=lending.pk).update(mifos_auto_disbursement_enabled=False)

        run = sync_now(wire, a_partner, "fetch")
        settled()

        assert (run.fetched, run.fresh, run.errors) == (1, 1, [])
        assert LoanTracking.objects.get().status == "pending_disbursement"
        assert not DisbursementRequest.objects.exists()

    def test_while_it_is_switched_off_a_sync_that_pays_fetches_nothing(
        self, wire, a_partner, lending
    ):
        an_approved_loan(wire)
        MifosConnection.objects.filter(pk=lending.pk).update(mifos_auto_disbursement_enabled=False)

        run = sync_now(wire, a_partner)

        assert (run.fetched, run.requests) == (0, 0)
        assert [each["code"] for each in run.errors] == ["switched_off", "switched_off"]

    def test_what_was_paid_is_booked_all_the_same(self, wire, a_partner, lending, settled):
        an_approved_loan(wire)
        sync_now(wire, a_partner, "fetch", "process")
        wire.run()
        MifosConnection.objects.filter(pk=lending.pk).update(mifos_auto_disbursement_enabled=False)

        run = sync_now(wire, a_partner)

        assert (run.fetched, run.paid, run.booked) == (0, 1, 1)
        assert [each["code"] for each in run.errors] == ["switched_off", "switched_off"]

    def test_a_partner_that_is_not_active_is_left_alone(self, wire, a_partner, lending):
        a_partner.is_active = False
        a_partner.save()

        with pytest.raises(CannotSync, match="active"):
            sync(partner_id=a_partner.pk, steps=("fetch",), at=wire.clock())

    def test_a_partner_without_mifos(self, wire, a_partner):
        with pytest.raises(CannotSync, match="mifos_connection"):
            sync(partner_id=a_partner.pk, at=wire.clock())

    def test_steps_that_are_none(self, wire, a_partner, lending):
        for steps in ((), ("pay",)):
            with pytest.raises(CannotSync, match="fetch, process, book"):
                sync(partner_id=a_partner.pk, steps=steps, at=wire.clock())


class TestTrouble:
    def test_a_server_that_refuses_us_is_left_alone_and_nothing_is_paid(
        self, wire, a_partner, tenant, lending
    ):
        an_approved_loan(wire)
        sync_now(wire, a_partner, "fetch")
        script(wire, tenant, "loan_list_401")

        run = sync_now(wire, a_partner)

        lending.refresh_from_db()
        assert run.instructed == 0
        assert [each["step"] for each in run.errors] == ["fetch"]
        assert lending.not_before > wire.clock()
        assert Alert.objects.get(closed_at=None).kind == "mifos_refuses"
        with pytest.raises(NotNow):
            sync_now(wire, a_partner)

    def test_it_is_asked_again_later_and_a_good_answer_ends_it(
        self, wire, a_partner, tenant, lending
    ):
        script(wire, tenant, "loan_list_401")
        sync_now(wire, a_partner)
        wire.clock.forward(minutes=31)

        sync_now(wire, a_partner)

        lending.refresh_from_db()
        assert (lending.failures, lending.not_before, lending.trouble) == (0, None, "")
        assert not Alert.objects.filter(closed_at=None).exists()

    def test_a_step_without_a_request_is_no_good_answer(self, wire, a_partner, lending):
        MifosConnection.objects.filter(pk=lending.pk).update(failures=2)

        sync_now(wire, a_partner, "book")

        lending.refresh_from_db()
        assert lending.failures == 2

    def test_when_the_requests_are_spent_the_next_minute_goes_on(self, wire, a_partner, lending):
        for number in range(4):
            an_approved_loan(wire, phone=f"070010000{number}")
        MifosConnection.objects.filter(pk=lending.pk).update(requests_per_minute=5)

        run = sync_now(wire, a_partner)

        lending.refresh_from_db()
        assert (run.requests, run.fresh) == (5, 2)
        assert [each["code"] for each in run.errors] == ["not_now"]
        assert lending.next_sync_at <= wire.clock() + timedelta(minutes=1)

    def test_what_is_ours_is_told_and_the_other_steps_are_done(
        self, wire, a_partner, lending, monkeypatch
    ):
        from loans.operations import sync as module

        def breaks(line, run, at):
            raise ZeroDivisionError

        monkeypatch.setitem(module.DO, "fetch", [breaks])
        done = []
        monkeypatch.setitem(module.DO, "book", [lambda line, run, at: done.append(run)])

        with pytest.raises(ZeroDivisionError):
            sync_now(wire, a_partner)

        run = LoanSyncRun.objects.get()
        assert (len(done), [each["code"] for each in run.errors]) == (1, ["unexpected"])
        assert run.ended_at is not None

    def test_when_time_is_up_the_next_minute_goes_on(self, wire, a_partner, lending, monkeypatch):
        monkeypatch.setattr("loans.operations.sync.BUDGET_S", -1.0)
        an_approved_loan(wire)

        run = sync_now(wire, a_partner)

        lending.refresh_from_db()
        assert run.requests == 0
        assert {each["code"] for each in run.errors} == {"no_time_left"}
        assert lending.next_sync_at <= wire.clock() + timedelta(minutes=1)
