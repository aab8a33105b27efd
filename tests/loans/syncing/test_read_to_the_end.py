"""A list that was cut off does not count as read."""

from core.models import Alert
from loans.operations.sync_partners import sync_due
from tests.lending import an_approved_loan
from tests.lending import sync as sync_now


class TestReadToTheEnd:
    def test_what_was_read_whole_counts(self, wire, a_partner, lending, product):
        an_approved_loan(wire)

        sync_now(wire, a_partner)

        lending.refresh_from_db()
        assert lending.last_sync_at is not None

    def test_one_with_more_pages_than_are_read_does_not(
        self, wire, a_partner, lending, monkeypatch
    ):
        monkeypatch.setattr("loans.operations.listing.PAGES_MAX", 0)

        run = sync_now(wire, a_partner)

        lending.refresh_from_db()
        assert [each["code"] for each in run.errors] == ["too_many_pages"]
        assert lending.last_sync_at is None

    def test_nor_one_for_which_the_time_was_short(self, wire, a_partner, lending, monkeypatch):
        monkeypatch.setattr("loans.operations.noticing.BUDGET_S", -1.0)
        an_approved_loan(wire)

        run = sync_now(wire, a_partner)

        lending.refresh_from_db()
        assert run.skipped == {"no_time_left": 1}
        assert lending.last_sync_at is None

    def test_after_an_hour_of_that_people_are_told(self, wire, lending, monkeypatch):
        monkeypatch.setattr("loans.operations.listing.PAGES_MAX", 0)

        for _ in range(14):
            sync_due(at=wire.clock())
            wire.clock.forward(minutes=5)

        assert Alert.objects.filter(kind="loans_not_synced", closed_at=None).count() == 1
