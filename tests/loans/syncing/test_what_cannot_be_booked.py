"""Nothing is paid that could not be booked, and nothing is booked where nobody agreed to."""

import pytest

from config.schedules import SWEEPS
from core.alerts import close_alerts
from core.models import Alert
from disbursements.models import DisbursementRequest
from loans.models import LoanBooking, MifosConnection
from loans.operations.sync import STEPS, CannotSync
from loans.queries import moments
from loans.rules.mifos_findings import ADVISED, NEEDED
from tests.lending import PASSWORD, USERNAME, an_approved_loan, tell
from tests.lending import sync as sync_now


def may_not(wire, tenant, *codes):
    """Our user there has all permissions that are needed, but for these."""
    permissions = sorted({*NEEDED, *ADVISED} - set(codes))
    tell(wire, tenant, "user", username=USERNAME, password=PASSWORD, permissions=permissions)


class TestARefusedBooking:
    @pytest.mark.parametrize("code", ["DISBURSE_LOAN", "READ_PAYMENTTYPE"])
    def test_what_cannot_be_booked_stops_what_is_paid(
        self, wire, a_partner, tenant, lending, code
    ):
        may_not(wire, tenant, code)
        an_approved_loan(wire)
        sync_now(wire, a_partner)
        wire.run()
        sync_now(wire, a_partner)
        an_approved_loan(wire, phone="0700100002")

        for _ in range(3):
            wire.clock.forward(minutes=31)
            sync_now(wire, a_partner)

        assert DisbursementRequest.objects.filter(origin="loan").count() == 1
        assert Alert.objects.filter(kind="mifos_refuses").count() == 1
        assert LoanBooking.objects.get().status == "due"

    def test_closing_the_alert_by_hand_changes_nothing_of_that(
        self, wire, a_partner, tenant, lending
    ):
        may_not(wire, tenant, "DISBURSE_LOAN")
        an_approved_loan(wire)
        sync_now(wire, a_partner)
        wire.run()
        sync_now(wire, a_partner)
        an_approved_loan(wire, phone="0700100002")
        close_alerts(kind="mifos_refuses", key=str(a_partner), at=wire.clock(), actor="amina")

        for steps in (STEPS, ("fetch", "process")):
            wire.clock.forward(minutes=31)
            sync_now(wire, a_partner, *steps)

        assert DisbursementRequest.objects.filter(origin="loan").count() == 1

    def test_once_it_can_be_booked_all_goes_on(self, wire, a_partner, tenant, lending, settled):
        may_not(wire, tenant, "DISBURSE_LOAN")
        an_approved_loan(wire)
        sync_now(wire, a_partner)
        wire.run()
        sync_now(wire, a_partner)
        an_approved_loan(wire, phone="0700100002")
        may_not(wire, tenant)

        wire.clock.forward(minutes=31)
        settled()

        assert [row.status for row in LoanBooking.objects.all()] == ["booked"] * 2
        assert not Alert.objects.filter(closed_at=None).exists()


class TestAnUnconfirmedAddress:
    def test_nothing_is_booked_at_an_address_that_one_person_alone_set(
        self, wire, a_partner, lending
    ):
        an_approved_loan(wire)
        sync_now(wire, a_partner, "fetch", "process")
        wire.run()
        MifosConnection.objects.filter(pk=lending.pk).update(confirmed_by="", confirmed_at=None)
        before = len(wire.paths)

        SWEEPS["loans"].run()
        with pytest.raises(CannotSync, match="another person"):
            sync_now(wire, a_partner)

        assert len(wire.paths) == before
        assert LoanBooking.objects.get().status == "due"
        assert moments.next_of_loans(at=wire.clock()) is None
