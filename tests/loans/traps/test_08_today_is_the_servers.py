"""Trap 8: a booking is dated by the server's business date, in the tenant's time zone."""

from datetime import datetime

import pytest

from tests import lending
from tests.loans.traps.conftest import begin
from tests.wire import Wire
from vault.models import Partner, Shortcode

LATE = datetime.fromisoformat("2026-11-21T22:30+03:00")
EARLY = datetime.fromisoformat("2026-11-22T01:30+03:00")


@pytest.mark.parametrize(
    ("moment", "zone", "changes", "day"),
    [
        (LATE, "Asia/Kolkata", {}, "2026-11-22"),
        (EARLY, "UTC", {}, "2026-11-21"),
        (EARLY, "Africa/Nairobi", {}, "2026-11-22"),
        (LATE, "Africa/Nairobi", {"businessDate": "2026-11-20", "businessDateOn": True},
         "2026-11-20"),
        (LATE, "Africa/Nairobi", {"businessDate": "2026-11-01", "businessDateOn": False},
         "2026-11-21"),
    ],
)  # fmt: skip
class TestDay:
    def test_it_is_never_later_than_the_servers(
        self, wire: Wire, a_partner: Partner, a_shortcode: Shortcode, moment: datetime,
        zone: str, changes: dict[str, object], day: str,
    ) -> None:  # fmt: skip
        lender = begin(wire, a_partner, timeZone=zone, **changes)
        wire.clock.moment = moment
        lender.approves(7, approvedOn="2026-11-19", expectedOn="2026-11-19")

        lender.pays()
        lender.books()

        assert lender.booking().status == "booked"
        assert lender.booking().body["actualDisbursementDate"] == day
        [found] = lending.lent(wire)["disbursals"]
        assert found["on"] == day
