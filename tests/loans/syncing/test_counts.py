"""What a run counts of payments that came to their end since the one before."""

from loans.models import LoanSyncRun
from loans.queries.runs import in_words
from tests.lending import an_approved_loan, loan_of
from tests.lending import sync as sync_now
from tests.loans.admin.scene import FAILS


class TestPayments:
    def test_those_paid_and_those_not_paid_are_counted_once(self, wire, a_partner, lending):
        paid = an_approved_loan(wire, phone="0700100001")
        failed = an_approved_loan(wire, phone=f"07001{FAILS}")
        sync_now(wire, a_partner)
        wire.run()

        run, again = sync_now(wire, a_partner), sync_now(wire, a_partner)

        assert (run.paid, run.failed) == (1, 1)
        assert (again.paid, again.failed) == (0, 0)
        assert loan_of(a_partner, paid).status == "disbursed"
        assert loan_of(a_partner, failed).status == "failed"
        assert "1 not paid" in in_words(LoanSyncRun.objects.get(pk=run.pk))
