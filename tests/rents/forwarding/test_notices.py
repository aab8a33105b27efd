"""Owners are told of transfers: what arrived, and what has failed for a while."""

from collections.abc import Callable
from typing import Any

import pytest

from config.schedules import run_job
from core.callers import Caller
from gateways.interface import Channel
from gateways.memory import MemoryNotifier
from gateways.registry import use_notifier
from rents.operations.follow import follow
from rents.operations.forward import forward_due
from rents.operations.notices import notice_forwards
from tests import money_in
from tests.rents.forwarding.conftest import WRONG_PAYBILL, RentPaid
from tests.wire import MovedClock, Wire
from vault.models import Notice, Owner, Partner, Shortcode
from vault.operations.notices import change_setting

OPERATOR = Caller(actor="asha", origin="admin", partners=None, permissions=None)
REASON = "the owners asked to be told"


@pytest.fixture
def told(a_partner: Partner, moved: MovedClock) -> Callable[..., Any]:
    def switch(kind: str) -> None:
        change_setting(
            partner_id=a_partner.pk, kind=kind, by_sms=True, by_email=True, reason=REASON,
            caller=OPERATOR, at=moved(),
        )  # fmt: skip

    return switch


def reachable(owner: Owner, **more: Any) -> None:
    Owner.objects.filter(pk=owner.pk).update(
        **{"phone": "254700030001", "email": "wanjiru@example.org"} | more
    )


class TestArrived:
    def test_the_owner_is_told_of_one_transfer_once_by_each_way(
        self,
        an_owner: Owner,
        rent_paid: RentPaid,
        settled: Callable[[], None],
        told: Callable[..., Any],
        moved: MovedClock,
    ) -> None:
        reachable(an_owner)
        told("rent_forwarded")
        rent_paid()
        rent_paid()
        settled()

        written = [notice_forwards(at=moved()) for _ in range(2)]

        sms = Notice.objects.get(channel="sms")
        assert written == [2, 0]
        assert "KES 19,000 of rent (2 payments) paid to paybill 600222" in sms.text
        assert Notice.objects.get(channel="email").to == "wanjiru@example.org"

    def test_of_a_phone_only_the_end_is_written(
        self,
        a_partner: Partner,
        collecting: Shortcode,
        rent_paid: RentPaid,
        settled: Callable[[], None],
        told: Callable[..., Any],
        moved: MovedClock,
    ) -> None:
        owner = money_in.make_owner(
            a_partner, paid_to="phone", receiver_msisdn="254700030106", language="sw",
            phone="254700030006",
        )  # fmt: skip
        told("rent_forwarded")
        rent_paid(money_in.make_property(owner, collecting))
        settled()

        notice_forwards(at=moved())

        text = Notice.objects.get().text
        assert "imelipwa kwa simu inayoishia 106" in text
        assert "254700030106" not in text

    def test_what_is_on_its_way_is_told_to_nobody(
        self, an_owner: Owner, rent_paid: RentPaid, told: Callable[..., Any], moved: MovedClock
    ) -> None:
        reachable(an_owner)
        told("rent_forwarded")
        told("forward_failed")
        rent_paid()
        forward_due(at=moved())

        assert notice_forwards(at=moved.forward(hours=3)) == 0


class TestFailed:
    def test_a_failure_is_told_when_it_has_stood_for_half_an_hour(
        self,
        an_owner: Owner,
        rent_paid: RentPaid,
        told: Callable[..., Any],
        wire: Wire,
        moved: MovedClock,
    ) -> None:
        reachable(an_owner, receiver_number=WRONG_PAYBILL)
        told("forward_failed")
        rent_paid()
        wire.run(also=["forward", "follow"])
        follow(at=moved())

        early = notice_forwards(at=moved())
        later = notice_forwards(at=moved.forward(minutes=31))

        assert (early, later) == (0, 2)
        assert "The money is kept for you" in Notice.objects.get(channel="sms").text


class TestTheJob:
    def test_one_run_writes_down_and_sends(
        self,
        an_owner: Owner,
        rent_paid: RentPaid,
        settled: Callable[[], None],
        told: Callable[..., Any],
    ) -> None:
        memory = MemoryNotifier()
        reachable(an_owner)
        told("rent_for_owner")
        told("rent_forwarded")
        rent_paid()
        settled()

        with (
            use_notifier(Channel.SMS, lambda: memory),
            use_notifier(Channel.EMAIL, lambda: memory),
        ):
            run_job("notices")

        assert Notice.objects.filter(state="sent").count() == 4
        assert len(memory.delivered) == 4
