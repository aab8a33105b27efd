"""An approved loan is tracked once, with its facts, pending or held for the right reason."""

from datetime import date

import pytest

from core.models import Step
from loans.models import LoanTracking
from tests.lending import a_product, an_approved_loan, loan_of


class TestNewLoans:
    def test_it_is_tracked_with_what_it_is_paid_by(self, wire, a_partner, fetched):
        loan_id = an_approved_loan(wire, net=9_500, gross=10_000, phone="0700 100 001")

        run = fetched()

        loan = loan_of(a_partner, loan_id)
        assert (loan.status, loan.held_code) == ("pending_disbursement", "")
        assert (loan.net_minor, loan.gross_minor, loan.currency) == (950_000, 1_000_000, "KES")
        assert (loan.msisdn, loan.phone_as_written) == ("254700100001", "0700 100 001")
        assert (loan.mifos_status, loan.cycle, loan.client_id is None) == (200, 1, False)
        assert (run.fetched, run.fresh, run.held, run.errors) == (1, 1, {}, [])

    def test_the_trail_says_where_it_comes_from(self, wire, a_partner, fetched):
        loan_id = an_approved_loan(wire)

        fetched()

        step = Step.objects.get(subject_id=str(loan_of(a_partner, loan_id).pk))
        assert (step.from_status, step.to_status) == ("", "pending_disbursement")
        assert step.because == "seen approved in Mifos X"

    def test_again_changes_nothing(self, wire, a_partner, fetched):
        an_approved_loan(wire)
        fetched()

        run = fetched()

        assert (run.fresh, run.skipped) == (0, {"already_known": 1})
        assert (
            LoanTracking.objects.count(),
            Step.objects.filter(subject_type="LoanTracking").count(),
        ) == (1, 1)

    @pytest.mark.parametrize(
        ("code", "loan"),
        [
            ("no_phone", {"phone": ""}),
            ("several_phones", {"phone": "0700100001 / 0700100002"}),
            ("bad_phone", {"phone": "0700"}),
            ("group_loan", {"kind": "group"}),
            ("cents", {"net": "9500.50"}),
            ("above_wallet", {"net": 250_001, "gross": 260_000}),
            ("below_minimum", {"net": 99, "gross": 100}),
        ],
    )
    def test_it_is_held_for_the_reason(self, wire, a_partner, fetched, code, loan):
        loan_id = an_approved_loan(wire, **loan)

        run = fetched()

        held = loan_of(a_partner, loan_id)
        assert (held.status, held.held_code) == ("held", code)
        assert held.held_text.endswith(".")
        assert run.held == {code: 1}

    def test_only_products_that_are_switched_on_are_tracked(self, wire, a_partner, fetched):
        a_product(a_partner, 2, enabled=False)
        an_approved_loan(wire, productId=2)
        paid = an_approved_loan(wire, phone="0700100002")

        run = fetched()

        assert list(LoanTracking.objects.values_list("loan_id", flat=True)) == [paid]
        assert run.skipped == {"product_disabled": 1}

    def test_a_product_without_settings_is_not_tracked(self, wire, product, fetched):
        product.product_id = 77
        product.save()
        an_approved_loan(wire)

        run = fetched()

        assert (run.fresh, run.skipped) == (0, {"product_unknown": 1})

    def test_its_days_are_kept(self, wire, a_partner, fetched):
        loan_id = an_approved_loan(wire, approvedOn="2026-11-19", expectedOn="2026-11-25")

        fetched()

        loan = loan_of(a_partner, loan_id)
        assert (loan.approved_on, loan.expected_on) == (date(2026, 11, 19), date(2026, 11, 25))
