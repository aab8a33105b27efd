"""The list of both version families, page after page, and what is wrong with it."""

import pytest

from gateways.errors import Unclear, Unreachable
from gateways.interface import AccessRefused
from loans.models import LoanTracking
from loans.operations.reach_mifos import QuotaSpent
from tests.lending import an_approved_loan, control, loan_of, script, tell


def tracked():
    return sorted(LoanTracking.objects.values_list("loan_id", flat=True))


class TestPages:
    def test_more_than_a_page_is_fetched_to_the_end(self, wire, connection, fetched, monkeypatch):
        monkeypatch.setattr("loans.operations.listing.LOANS_PAGE_MAX", 2)
        monkeypatch.setattr("gateways.fineract.loans.LOANS_PAGE_MAX", 2, raising=False)
        monkeypatch.setattr("gateways.fineract.parameters.LOANS_PAGE_MAX", 2, raising=False)
        made = [an_approved_loan(wire, phone=f"070010000{number}") for number in range(5)]

        run = fetched()

        assert (tracked(), run.fetched) == (sorted(made), 5)
        assert run.requests == 3 + 2 * 5

    def test_a_row_that_comes_twice_is_one_loan(self, wire, tenant, fetched):
        loan_id = an_approved_loan(wire)
        script(wire, tenant, "loan_list_duplicate")

        run = fetched()

        assert (tracked(), run.fetched, run.fresh) == ([loan_id], 1, 1)

    def test_loans_that_the_server_lists_without_the_filter_are_left_out(
        self, wire, tenant, fetched
    ):
        an_approved_loan(wire, state=300)
        approved = an_approved_loan(wire, phone="0700100002")
        script(wire, tenant, "loan_list_everything")

        run = fetched()

        assert (tracked(), run.skipped) == ([approved], {"not_approved_row": 1})

    @pytest.mark.parametrize(
        ("version", "known"),
        [("1.8.4", "1.8.4"), ("1.12.0", "1.12.0"), ("1.8.4", ""), ("1.8.4", "1.12.0")],
    )
    def test_no_version_and_no_wrong_version_has_anything_else_tracked(
        self, wire, tenant, connection, fetched, version, known
    ):
        tell(wire, tenant, "tenant", version=version)
        connection.version_detected = known
        connection.save()
        an_approved_loan(wire, state=300)
        approved = an_approved_loan(wire, phone="0700100002")

        fetched()

        assert tracked() == [approved]

    def test_a_row_that_cannot_be_read_stops_no_other(self, wire, tenant, fetched):
        an_approved_loan(wire)
        an_approved_loan(wire, phone="0700100002")
        script(wire, tenant, "loan_list_unreadable")

        run = fetched()

        assert len(tracked()) == 1
        assert run.skipped == {"unreadable_row": 1}
        assert run.errors[0]["code"] == "unreadable_row"

    def test_a_list_without_end_is_told(self, wire, tenant, fetched, monkeypatch):
        monkeypatch.setattr("loans.operations.listing.PAGES_MAX", 0)
        an_approved_loan(wire)

        run = fetched()

        assert run.errors[0]["code"] == "too_many_pages"
        assert "1.8.4" in run.errors[0]["text"]


class TestTrouble:
    @pytest.mark.parametrize(
        ("fault", "error"),
        [
            ("loan_list_401", AccessRefused), ("loan_list_500", Unclear),
            ("loan_list_cut", Unclear), ("loan_list_drop", (Unclear, Unreachable)),
            ("loan_read_401", AccessRefused),
        ],
    )  # fmt: skip
    def test_what_concerns_the_whole_server_is_raised(self, wire, tenant, fetched, fault, error):
        an_approved_loan(wire)
        script(wire, tenant, fault)

        with pytest.raises(error):
            fetched()

        assert tracked() == []

    @pytest.mark.parametrize("fault", ["loan_read_500", "loan_read_cut"])
    def test_a_loan_that_cannot_be_read_stops_no_other(self, wire, tenant, fetched, fault):
        broken, fine = an_approved_loan(wire), an_approved_loan(wire, phone="0700100002")
        script(wire, tenant, fault)

        run = fetched()

        assert (tracked(), run.fresh) == ([fine], 1)
        assert [(each["loan_id"], each["step"]) for each in run.errors] == [(broken, "fetch")]

    def test_one_after_the_other_it_is_the_server(self, wire, tenant, fetched):
        for number in range(4):
            an_approved_loan(wire, phone=f"070010000{number}")
        script(wire, tenant, *["loan_read_500"] * 3)

        with pytest.raises(Unclear):
            fetched()

        assert tracked() == []

    def test_no_more_than_the_requests_of_a_minute_and_then_it_goes_on(
        self, wire, tenant, connection, fetched
    ):
        connection.requests_per_minute = 5
        connection.save()
        made = [an_approved_loan(wire, phone=f"070010000{number}") for number in range(4)]

        with pytest.raises(QuotaSpent):
            fetched()
        first = tracked()
        wire.clock.forward(minutes=1)
        fetched()

        assert (first, tracked()) == (made[:2], made)

    def test_a_fault_of_ours_with_one_loan_stops_no_other(
        self, wire, a_partner, fetched, monkeypatch
    ):
        from loans.operations import fetch

        broken, fine = an_approved_loan(wire), an_approved_loan(wire, phone="0700100002")
        track = fetch.track

        def breaks(loan, *facts, at):
            if loan.loan_id == broken:
                raise ZeroDivisionError
            return track(loan, *facts, at=at)

        monkeypatch.setattr(fetch, "track", breaks)
        run = fetched()

        assert (tracked(), [each["code"] for each in run.errors]) == ([fine], ["unexpected"])

    def test_no_time_is_left_for_what_takes_too_long(self, wire, fetched, monkeypatch):
        monkeypatch.setattr("loans.operations.noticing.BUDGET_S", -1.0)
        an_approved_loan(wire)

        run = fetched()

        assert (tracked(), run.skipped) == ([], {"no_time_left": 1})


class TestHostileTexts:
    def test_what_no_page_can_show_is_left_out_of_the_texts(self, wire, a_partner, fetched):
        loan_id = an_approved_loan(wire, clientName="Amina\u202e Example" + "x" * 300)

        run = fetched()

        assert run.errors == []
        assert loan_of(a_partner, loan_id).client_name.startswith("Amina  Examplexxx")
        assert len(control(wire, "loans")["loans"]) == 1
