"""Trap 7: 403 is a permission, a rule of business, or a clash in the database."""

from core.models import Alert
from tests.loans.traps.conftest import Lender


class TestForbidden:
    def test_a_rule_is_for_a_person(self, lender: Lender) -> None:
        lender.approves()
        lender.goes_wrong("book_403_rule")
        lender.pays()

        run = lender.books()

        assert lender.booking().status == "refused"
        assert run.not_booked == 1
        assert any("Do not pay it again" in note for note in lender.there()["notes"])
        assert Alert.objects.filter(kind="loan_not_booked", closed_at=None).count() == 1

    def test_a_permission_stops_the_partner_and_leaves_the_booking_due(
        self, lender: Lender
    ) -> None:
        lender.approves()
        lender.goes_wrong("book_403_permission")
        lender.pays()

        lender.books()

        assert lender.booking().status == "due"
        assert Alert.objects.filter(kind="mifos_refuses", closed_at=None).count() == 1
        lender.wire.clock.forward(minutes=6)
        lender.books()
        assert lender.booking().status == "booked"

    def test_a_clash_is_looked_up_first(self, lender: Lender) -> None:
        lender.approves()
        lender.goes_wrong("book_403_integrity")
        lender.pays()

        lender.books()

        assert lender.booking().status == "refused"
        assert "data.integrity" in lender.booking().code
