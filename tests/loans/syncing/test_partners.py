"""Many partners: each in its own time, whoever else is broken; and what the jobs find to do."""

from datetime import timedelta
from threading import Event

import pytest

from config.schedules import SWEEPS
from core.models import Alert
from core.refusals import Refused
from gateways import registry
from gateways.interface import AskAgain
from loans.models import LoanSyncRun, LoanTracking, MifosConnection
from loans.operations.reach_mifos import AlreadyRunning, open_line
from loans.operations.sync import STEPS, CannotSync
from loans.operations.sync_partners import sync_due, sync_partners
from loans.queries import moments
from tests.lending import a_connection, a_product, a_tenant, an_approved_loan, script
from tests.lending import sync as sync_now
from vault.operations.add_partner import add_partner


@pytest.fixture
def another(wire, a_shortcode):
    """A second partner, whose Mifos X is of the other family."""
    partner = add_partner(name="Jirani Example Ltd", actor="test", at=wire.clock())
    a_connection(partner, a_tenant(wire, version="1.8.4", name="jirani"))
    a_product(partner)
    return partner


class TestSeveralPartners:
    def test_a_server_that_does_not_answer_delays_nobody_else(
        self, wire, a_partner, lending, another
    ):
        an_approved_loan(wire, "umoja")
        an_approved_loan(wire, "jirani", phone="0700100002")
        other_is_done, waited = Event(), []
        real, desk = registry._loan_servers[registry.loan_provider()]

        class Slow:
            """Answers only when the other partner's sync is over."""

            def __init__(self, access, keeper):
                self.book = real(access, keeper)
                self.is_slow = access.tenant == "umoja"

            def approved(self, *, offset):
                if self.is_slow:
                    waited.append(other_is_done.wait(timeout=30))
                return self.book.approved(offset=offset)

            def __getattr__(self, name):
                return getattr(self.book, name)

        def tell(sender_run):
            if sender_run.partner_id == another.pk and sender_run.ended_at:
                other_is_done.set()

        with registry.use_loan_book(Slow, desk):
            answers = _watched(tell, lambda: sync_due(at=wire.clock()))

        assert (answers, waited) == (2, [True])
        assert LoanTracking.objects.count() == 2

    def test_each_is_answered_in_order_and_nothing_is_raised(
        self, wire, a_partner, lending, another, together
    ):
        third = add_partner(name="Third Example", actor="test", at=wire.clock())

        with open_line(lending, at=wire.clock()):
            answers = sync_partners(
                partner_ids=[third.pk, a_partner.pk, another.pk], steps=STEPS, trigger="api",
                actor="test", at=wire.clock(),
            )  # fmt: skip

        assert [each.partner_id for each in answers] == [third.pk, a_partner.pk, another.pk]
        assert isinstance(answers[0].refused, CannotSync)
        assert isinstance(answers[1].refused, AlreadyRunning)
        assert answers[2].run is not None

    def test_a_fault_of_ours_with_one_is_raised_after_the_others(
        self, wire, a_partner, lending, another, monkeypatch
    ):
        from loans.operations import sync as module

        [fetch] = module.DO["fetch"]

        def breaks(line, run, at):
            if run.partner_id == a_partner.pk:
                raise ZeroDivisionError
            fetch(line, run, at)

        monkeypatch.setitem(module.DO, "fetch", [breaks])
        an_approved_loan(wire, "jirani")

        with pytest.raises(ZeroDivisionError):
            sync_due(at=wire.clock())

        assert LoanTracking.objects.get().partner_id == another.pk

    def test_who_gets_no_turn_in_time_is_told_and_stays_due(
        self, wire, a_partner, lending, monkeypatch
    ):
        monkeypatch.setattr("loans.operations.sync_partners.BUDGET_S", -1.0)

        [answer] = sync_partners(
            partner_ids=[a_partner.pk], steps=STEPS, trigger="schedule", actor="test",
            at=wire.clock(),
        )  # fmt: skip

        assert isinstance(answer.refused, Refused)
        assert sync_due(at=wire.clock()) == 0
        assert LoanSyncRun.objects.count() == 0


class TestEveryFiveMinutes:
    def test_it_is_due_again_after_five_minutes(self, wire, lending):
        first = sync_due(at=wire.clock())
        wire.clock.forward(minutes=4)
        soon = sync_due(at=wire.clock())
        wire.clock.forward(minutes=1)
        later = sync_due(at=wire.clock())

        assert (first, soon, later) == (1, 0, 1)

    def test_a_web_hook_during_a_sync_is_not_forgotten(
        self, wire, a_partner, lending, monkeypatch
    ):
        from loans.operations import sync as module

        def hooked(line, run, at):
            MifosConnection.objects.filter(pk=lending.pk).update(next_sync_at=at)

        monkeypatch.setitem(module.DO, "fetch", [hooked])
        sync_now(wire, a_partner)
        monkeypatch.undo()

        assert sync_due(at=wire.clock()) == 1

    @pytest.mark.parametrize(
        "changes",
        [{"is_mifos_configured": False}, {"mifos_auto_disbursement_enabled": False},
         {"confirmed_by": "", "confirmed_at": None}],
    )  # fmt: skip
    def test_who_is_not_to_be_paid_is_not_synced(self, wire, lending, changes):
        MifosConnection.objects.filter(pk=lending.pk).update(**changes)

        assert sync_due(at=wire.clock()) == 0
        assert moments.next_sync(at=wire.clock()) is None

    def test_who_is_left_alone_waits(self, wire, lending):
        until = wire.clock() + timedelta(minutes=10)
        MifosConnection.objects.filter(pk=lending.pk).update(not_before=until)

        assert sync_due(at=wire.clock()) == 0

    def test_with_nothing_to_pay_nothing_falls_due(self, wire, lending):
        assert moments.next_sync(at=wire.clock()) == wire.clock()
        assert moments.next_of_loans(at=wire.clock()) is None
        sync_due(at=wire.clock())

        assert moments.next_sync(at=wire.clock()) is None

    def test_a_loan_that_was_left_over_is_what_falls_due(self, wire, a_partner, lending):
        an_approved_loan(wire)
        sync_now(wire, a_partner, "fetch")

        due_at = moments.next_sync(at=wire.clock())

        assert wire.clock() < due_at <= wire.clock() + timedelta(minutes=5)


class TestNotSynced:
    def test_after_an_hour_people_are_told_until_it_is_read_again(
        self, wire, lending, monkeypatch
    ):
        from loans.operations import sync as module

        def busy(line, run, at):
            raise AskAgain("a job runs there")

        sync_due(at=wire.clock())
        monkeypatch.setitem(module.DO, "fetch", [busy])
        told = []
        for minutes in (50, 15):
            wire.clock.forward(minutes=minutes)
            sync_due(at=wire.clock())
            told.append(Alert.objects.filter(closed_at=None).count())
        monkeypatch.undo()
        wire.clock.forward(minutes=5)
        sync_due(at=wire.clock())

        assert told == [0, 1]
        alert = Alert.objects.get()
        assert (alert.kind, alert.closed_at is None) == ("loans_not_synced", False)


class TestTheMinuteJob:
    def test_what_was_paid_is_booked_without_waiting_for_a_sync(self, wire, a_partner, lending):
        an_approved_loan(wire)
        sync_now(wire, a_partner)
        wire.run()

        did = SWEEPS["loans"].run()

        run = LoanSyncRun.objects.latest("started_at", "pk") if did else None
        assert LoanTracking.objects.get().status == "disbursed"
        assert sum(LoanSyncRun.objects.values_list("booked", flat=True)) == 1
        assert run is not None
        assert run.ended_at is not None
        assert moments.next_of_loans(at=wire.clock()) is None

    def test_nothing_to_do_leaves_no_run(self, wire, lending):
        assert SWEEPS["loans"].run() == 0
        assert LoanSyncRun.objects.count() == 0

    def test_a_server_that_is_left_alone_is_not_asked(self, wire, a_partner, tenant, lending):
        an_approved_loan(wire)
        sync_now(wire, a_partner)
        wire.run()
        script(wire, tenant, "loan_read_401")
        SWEEPS["loans"].run()
        before = len(wire.paths)

        SWEEPS["loans"].run()

        lending.refresh_from_db()
        assert len(wire.paths) == before
        assert moments.next_of_loans(at=wire.clock()) == lending.not_before

    def test_while_a_sync_runs_it_waits(self, wire, a_partner, lending, together):
        an_approved_loan(wire)
        sync_now(wire, a_partner)
        wire.run()

        with open_line(lending, at=wire.clock()):
            together(SWEEPS["loans"].run)

        assert sum(LoanSyncRun.objects.values_list("booked", flat=True)) == 0


def _watched(tell, call):
    """The call, with every run told of when it is saved."""
    save = LoanSyncRun.save

    def saves(run, *args, **kwargs):
        save(run, *args, **kwargs)
        tell(run)

    LoanSyncRun.save = saves
    try:
        return call()
    finally:
        LoanSyncRun.save = save
