"""Trap 1: which parameter filters the list hangs on the version; the other lists everything."""

from loans.models import LoanTracking
from tests import lending
from tests.loans.traps.conftest import Lender


class TestFilter:
    def test_each_family_is_asked_in_its_own_way(self, any_lender: Lender) -> None:
        any_lender.approves(7)
        any_lender.approves(8, state=100)

        run = any_lender.pays()

        assert run.fetched == 1
        assert [row.loan_id for row in LoanTracking.objects.all()] == [7]

    def test_a_list_of_everything_is_read_row_by_row(self, lender: Lender) -> None:
        lender.approves(7)
        for loan_id, state in enumerate((100, 300, 400, 500, 600), start=8):
            lender.approves(loan_id, state=state)
        lending.script(lender.wire, lender.tenant, "loan_list_everything")

        lender.pays()

        assert [row.loan_id for row in LoanTracking.objects.all()] == [7]
